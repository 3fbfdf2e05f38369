package dev.tombolo.agent.bundle;

/// The disk is too small for what the bundle makes.
public final class NoRoomException extends ApplyException {
  private static final long serialVersionUID = 1L;

  public NoRoomException(String message) {
    super(message);
  }
}
