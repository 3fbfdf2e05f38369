package dev.tombolo.hub.bundle;

import java.io.IOException;

/// Files of which no bundle can be made; says why, and what to do.
public final class UnfitException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnfitException(String message) {
    super(message);
  }
}
