package dev.tombolo.agent.bundle;

/// The base is not the one that the bundle was made for, or it is damaged.
public final class BaseException extends ApplyException {
  private static final long serialVersionUID = 1L;

  public BaseException(String message) {
    super(message);
  }
}
