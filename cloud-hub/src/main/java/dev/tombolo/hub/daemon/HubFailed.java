package dev.tombolo.hub.daemon;

import java.io.IOException;

/// The hub's loop has ended by a fault of the program: nothing is decided any more, and only a new
/// start helps.
public final class HubFailed extends IOException {
  private static final long serialVersionUID = 1;

  HubFailed(Throwable cause) {
    super("the hub has failed (" + cause + "); see its log, and start it again", cause);
  }
}
