package dev.tombolo.hub.core;

import dev.tombolo.protocol.reason.Reason;

/// Reads a PKCS#10 request and checks that its sender holds the key. Subject and extensions are
/// ignored: a device gets the name the hub gives it.
public interface CsrCheck {
  /// @param pem untrusted, already bounded in size
  Outcome check(String pem);

  /// What a request turned out to be.
  sealed interface Outcome {
    record Good(RequestedKey key) implements Outcome {}

    record Bad(Reason reason) implements Outcome {}
  }
}
