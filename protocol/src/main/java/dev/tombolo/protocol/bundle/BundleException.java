package dev.tombolo.protocol.bundle;

/// A bundle that is not what it should be; says what is wrong with it.
public final class BundleException extends Exception {
  private static final long serialVersionUID = 1L;

  public BundleException(String problem) {
    super(problem);
  }
}
