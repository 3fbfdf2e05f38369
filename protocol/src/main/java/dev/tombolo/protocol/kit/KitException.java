package dev.tombolo.protocol.kit;

/// A kit that is not what it should be; says what is wrong with it, and where.
public final class KitException extends Exception {
  private static final long serialVersionUID = 1L;

  public KitException(String problem) {
    super(problem);
  }
}
