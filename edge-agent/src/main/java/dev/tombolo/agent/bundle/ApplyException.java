package dev.tombolo.agent.bundle;

import java.io.IOException;

/// A bundle that cannot be applied; says why, and what to do.
public class ApplyException extends IOException {
  private static final long serialVersionUID = 1L;

  public ApplyException(String message) {
    super(message);
  }
}
