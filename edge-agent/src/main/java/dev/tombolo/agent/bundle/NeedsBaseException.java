package dev.tombolo.agent.bundle;

/// The bundle changes an older version, and none was given.
public final class NeedsBaseException extends ApplyException {
  private static final long serialVersionUID = 1L;

  public NeedsBaseException(String message) {
    super(message);
  }
}
