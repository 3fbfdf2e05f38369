package dev.tombolo.protocol.enrol;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.nio.charset.StandardCharsets;

/// What a device signs to prove that it still has the key of a certificate that has run out.
public final class RecoveryProof {
  private RecoveryProof() {}

  /// Four lines: a fixed word (a signature made for anything else is none for this), the device,
  /// the request, the hub's challenge.
  ///
  /// @param csr SHA-256 of the request's DER
  public static byte[] text(DeviceId device, Digest csr, String challenge) {
    return ("tombolo-recover-v1\n" + device.text() + "\n" + csr.text() + "\n" + challenge + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }
}
