package dev.tombolo.agent.mqtt;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Follows the borders of the MQTT packets on their way to Paho: bounds their size, keeps what
/// CONNACK and DISCONNECT say, and takes out PINGRESP, because the pings are ours.
final class PacketInput extends InputStream {
  private static final int CONNACK = 2;
  private static final int PINGRESP = 13;
  private static final int DISCONNECT = 14;
  private static final byte[] NONE = {};

  private final InputStream in;
  private final int packetBytesMax;
  private byte[] ready = NONE;
  private int readyAt;
  private int left;
  private volatile @Nullable HubWord word;

  PacketInput(InputStream in, int packetBytesMax) {
    this.in = in;
    this.packetBytesMax = packetBytesMax;
  }

  /// The newest CONNACK or DISCONNECT.
  @Nullable HubWord word() {
    return word;
  }

  @Override
  public int read() throws IOException {
    if (!hasByte()) {
      return -1;
    }
    if (readyAt < ready.length) {
      return ready[readyAt++] & 0xff;
    }
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the line ended within a packet");
    }
    left--;
    return b;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!hasByte()) {
      return -1;
    }
    if (readyAt < ready.length) {
      int given = Math.min(count, ready.length - readyAt);
      System.arraycopy(ready, readyAt, into, offset, given);
      readyAt += given;
      return given;
    }
    int read = in.read(into, offset, Math.min(count, left));
    if (read < 0) {
      throw new EOFException("the line ended within a packet");
    }
    left -= read;
    return read;
  }

  /// Makes sure that there is a byte to give; false at the end of the stream.
  private boolean hasByte() throws IOException {
    while (readyAt == ready.length && left == 0) {
      int first = in.read();
      if (first < 0) {
        return false;
      }
      head(first);
    }
    return true;
  }

  private void head(int first) throws IOException {
    byte[] head = new byte[5];
    head[0] = (byte) first;
    int size = 1;
    int length = 0;
    boolean more = true;
    while (more) {
      if (size == head.length) {
        throw new IOException("an MQTT packet with a length of more than four bytes");
      }
      int b = required();
      length |= (b & 0x7f) << 7 * (size - 1);
      head[size++] = (byte) b;
      more = (b & 0x80) != 0;
    }
    if (length > packetBytesMax) {
      throw new IOException(
          "an MQTT packet of " + length + " bytes; at most " + packetBytesMax + " are taken");
    }
    take(first >> 4, head, size, length);
  }

  private void take(int type, byte[] head, int headSize, int length) throws IOException {
    boolean isWord = type == CONNACK || type == DISCONNECT;
    if (type != PINGRESP && !isWord) {
      ready = Arrays.copyOf(head, headSize);
      readyAt = 0;
      left = length;
      return;
    }
    if (length > HubWord.BYTES_MAX) {
      throw new IOException("an MQTT packet of type " + type + " with " + length + " bytes");
    }
    byte[] body = new byte[length];
    for (int i = 0; i < length; i++) {
      body[i] = (byte) required();
    }
    if (isWord) {
      word = HubWord.parse(type, body);
      ready = Arrays.copyOf(head, headSize + length);
      System.arraycopy(body, 0, ready, headSize, length);
      readyAt = 0;
    }
  }

  private int required() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the line ended within a packet's head");
    }
    return b;
  }
}
