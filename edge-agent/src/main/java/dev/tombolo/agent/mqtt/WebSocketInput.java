package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// The bytes within the binary frames a hub sends (RFC 6455 s. 5), whatever their borders. Answers
/// pings and closes on the way. Blocks as long as the line stalls, in whatever byte.
final class WebSocketInput extends InputStream {
  private static final int CONTINUATION = 0;
  private static final int PING = 9;
  private static final int CONTROL_BYTES_MAX = 125;

  private final InputStream in;
  private final FrameWriter answers;
  private final int frameBytesMax;
  private long left;
  private boolean last = true;

  WebSocketInput(InputStream in, FrameWriter answers, int frameBytesMax) {
    this.in = in;
    this.answers = answers;
    this.frameBytesMax = frameBytesMax;
  }

  @Override
  public int read() throws IOException {
    return nextData() ? taken(in.read(), 1) : -1;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!nextData()) {
      return -1;
    }
    int read = in.read(into, offset, (int) Math.min(count, left));
    return taken(read, read);
  }

  private int taken(int result, int count) throws IOException {
    if (result < 0) {
      throw new EOFException("the line ended within a WebSocket frame");
    }
    left -= count;
    return result;
  }

  /// Reads frame heads until there is payload to give.
  private boolean nextData() throws IOException {
    while (left == 0) {
      int first = in.read();
      if (first < 0) {
        return false;
      }
      if ((first & 0x70) != 0) {
        throw new IOException("WebSocket frame with reserved bits, though none were agreed on");
      }
      boolean fin = (first & 0x80) != 0;
      int opcode = first & 0x0f;
      int second = required();
      if ((second & 0x80) != 0) {
        throw new IOException("masked WebSocket frame from a hub");
      }
      if (opcode >= FrameWriter.CLOSE) {
        control(opcode, fin, second);
      } else {
        data(opcode, fin, lengthOf(second));
      }
    }
    return true;
  }

  private void data(int opcode, boolean fin, long length) throws IOException {
    boolean continues = opcode == CONTINUATION;
    if (!continues && opcode != FrameWriter.BINARY) {
      throw new IOException("WebSocket frame of kind " + opcode + "; MQTT uses binary ones");
    }
    if (continues == last) {
      throw new IOException(
          continues
              ? "WebSocket continuation of nothing"
              : "WebSocket message begun within another");
    }
    if (length > frameBytesMax) {
      throw new IOException(
          "WebSocket frame of " + length + " bytes; at most " + frameBytesMax + " are taken");
    }
    last = fin;
    left = length;
  }

  private void control(int opcode, boolean fin, int length) throws IOException {
    if (!fin || length > CONTROL_BYTES_MAX) {
      throw new IOException("WebSocket control frame that is long or in pieces");
    }
    byte[] payload = new byte[length];
    for (int i = 0; i < length; i++) {
      payload[i] = (byte) required();
    }
    if (opcode == PING) {
      answers.pong(payload);
    } else if (opcode == FrameWriter.CLOSE) {
      answers.close(payload);
      throw new EOFException(closeText(payload));
    } else if (opcode != FrameWriter.PONG) {
      throw new IOException("WebSocket frame of kind " + opcode + ", which RFC 6455 lacks");
    }
  }

  private static String closeText(byte[] payload) {
    if (payload.length < 2) {
      return "the hub closed the WebSocket";
    }
    int code = (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    String why = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    return ("the hub closed the WebSocket with " + code + " " + Quoted.of(why)).strip();
  }

  private long lengthOf(int second) throws IOException {
    if (second < 126) {
      return second;
    }
    long length = 0;
    for (int bytes = second == 126 ? 2 : 8; bytes > 0; bytes--) {
      length = length << 8 | required();
    }
    return length < 0 ? Long.MAX_VALUE : length;
  }

  private int required() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the line ended within a WebSocket frame's head");
    }
    return b;
  }
}
