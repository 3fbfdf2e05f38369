package dev.tombolo.bench.simulation.world;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A message on its way: its bytes as the real codec writes and reads them, or, in worlds that are
/// to be fast, the message itself.
final class Payload {
  private final Object message;
  private final byte @Nullable [] json;

  private Payload(Object message, byte @Nullable [] json) {
    this.message = message;
    this.json = json;
  }

  static Payload spelled(Object message) {
    return new Payload(message, Json.write(message).getBytes(StandardCharsets.UTF_8));
  }

  static Payload whole(Object message) {
    return new Payload(message, null);
  }

  <T> T read(Class<T> type, int bytesMax) throws MalformedException {
    byte[] written = json;
    return written == null ? type.cast(message) : Json.read(type, written, bytesMax);
  }

  /// 0 when it was not written.
  int bytes() {
    byte[] written = json;
    return written == null ? 0 : written.length;
  }

  /// The same for the same message.
  long mark() {
    byte[] written = json;
    if (written == null) {
      return message.getClass().getSimpleName().hashCode();
    }
    long sum = written.length;
    for (byte each : written) {
      sum = sum * 31 + each;
    }
    return sum;
  }
}
