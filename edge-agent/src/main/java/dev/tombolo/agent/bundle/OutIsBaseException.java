package dev.tombolo.agent.bundle;

/// What a bundle makes would take the place of what it is made of.
public final class OutIsBaseException extends ApplyException {
  private static final long serialVersionUID = 1L;

  OutIsBaseException(String message) {
    super(message);
  }
}
