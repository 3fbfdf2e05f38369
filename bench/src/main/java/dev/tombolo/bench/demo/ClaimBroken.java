package dev.tombolo.bench.demo;

import java.io.Serial;

/// Something the demo says did not hold.
final class ClaimBroken extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ClaimBroken(String claim) {
    super("does not hold: " + claim);
  }
}
