package dev.tombolo.protocol.enrol;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// What the hub signs to prove the time to a device whose own clock may be wrong.
public final class TimeProof {
  private static final Pattern NONCE = Pattern.compile("[0-9a-f]{32}");

  private TimeProof() {}

  /// 128 bits in lower-case hex, drawn anew for every question: an old answer proves nothing.
  public static boolean isNonce(String text) {
    return NONCE.matcher(text).matches();
  }

  /// Three lines: a fixed word (a signature made for anything else is none for this), the device's
  /// nonce, the hub's wall clock.
  public static byte[] text(String nonce, long hubMillis) {
    return ("tombolo-time-v1\n" + nonce + "\n" + hubMillis + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
