package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a CONNACK or DISCONNECT says (MQTT 5 s. 3.2 and 3.14). Paho drops the properties of a
/// refused CONNACK, so they are read here, before it.
///
/// @param code MQTT 5 reason code; 128 and above means no
/// @param text the reason string, empty when there is none
/// @param reason from the user property `reason`, JSON of [Reason]
/// @param retryAfterSeconds from the user property `retry-after`, 0 when there is none
/// @param keepAliveSeconds the keep-alive the server imposes, 0 when it leaves ours
record HubWord(
    int code, String text, Optional<Reason> reason, int retryAfterSeconds, int keepAliveSeconds) {
  static final int BYTES_MAX = 8 * 1024;
  private static final int CONNACK = 2;
  private static final int REFUSED = 0x80;

  /// @param type the packet's type, 2 (CONNACK) or 14 (DISCONNECT)
  static HubWord parse(int type, byte[] body) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(body);
    try {
      if (type == CONNACK) {
        in.get();
      }
      int code = in.hasRemaining() ? in.get() & 0xff : 0;
      if (!in.hasRemaining()) {
        return new HubWord(code, "", Optional.empty(), 0, 0);
      }
      return withProperties(code, in.slice(in.position() + lengthBytes(in), variable(in)));
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("malformed properties in a packet of type " + type, e);
    }
  }

  boolean isRefusal() {
    return code >= REFUSED;
  }

  /// Why the line ended, when this word ended it.
  Reason asReason() {
    return reason.orElseGet(
        () ->
            switch (code) {
              case 0x89, 0x97, 0x9f -> new Reason.Busy(retryAfterSeconds);
              case 0x86, 0x87, 0x8a, 0x8c -> new Reason.NotAllowed(said());
              case 0x81, 0x82, 0x90, 0x93, 0x99 -> new Reason.Malformed("MQTT packet", said());
              default -> new Reason.LineDown(0, said());
            });
  }

  private String said() {
    String hex = "0x" + Integer.toHexString(code);
    return text.isEmpty()
        ? "the hub ended the line with MQTT reason code " + hex
        : text + " (MQTT reason code " + hex + ")";
  }

  private static HubWord withProperties(int code, ByteBuffer in) throws IOException {
    String text = "";
    Optional<Reason> reason = Optional.empty();
    int retryAfter = 0;
    int keepAlive = 0;
    while (in.hasRemaining()) {
      int id = in.get();
      switch (id) {
        case 0x13 -> keepAlive = in.getShort() & 0xffff;
        case 0x1f -> text = string(in);
        case 0x26 -> {
          String name = string(in);
          String value = string(in);
          if (name.equals("retry-after")) {
            retryAfter = RetryAfter.seconds(value);
          } else if (name.equals("reason")) {
            reason = reasonIn(value);
          }
        }
        default -> skip(id, in);
      }
    }
    return new HubWord(code, text, reason, retryAfter, keepAlive);
  }

  private static Optional<Reason> reasonIn(String json) {
    try {
      return Optional.of(Json.read(Reason.class, json, BYTES_MAX));
    } catch (MalformedException e) {
      return Optional.empty();
    }
  }

  private static void skip(int id, ByteBuffer in) throws IOException {
    switch (id) {
      case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a -> in.get();
      case 0x21, 0x22, 0x23 -> in.getShort();
      case 0x02, 0x11, 0x18, 0x27 -> in.getInt();
      case 0x0b -> variable(in);
      case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c -> string(in);
      default -> throw new IOException("unknown MQTT property " + id);
    }
  }

  private static String string(ByteBuffer in) {
    byte[] bytes = new byte[in.getShort() & 0xffff];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int lengthBytes(ByteBuffer in) {
    int count = 1;
    while ((in.get(in.position() + count - 1) & 0x80) != 0) {
      count++;
    }
    return count;
  }

  private static int variable(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int b = in.get();
      value |= (b & 0x7f) << shift;
      if ((b & 0x80) == 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("variable byte integer of more than four bytes");
  }
}
