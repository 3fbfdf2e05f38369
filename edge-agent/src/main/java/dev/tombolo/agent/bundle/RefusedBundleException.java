package dev.tombolo.agent.bundle;

/// The bundle itself is broken.
public final class RefusedBundleException extends ApplyException {
  private static final long serialVersionUID = 1L;

  public RefusedBundleException(String message) {
    super(message);
  }
}
