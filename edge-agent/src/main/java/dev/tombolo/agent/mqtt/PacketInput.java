package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.Limits;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Follows the borders of the MQTT packets on their way to Paho: bounds their size, keeps what
/// CONNACK and DISCONNECT say, and takes out PINGRESP, because the pings are ours.
final class PacketInput extends InputStream {
  private static final int CONNACK = 2;
  private static final int PUBLISH = 3;
  private static final int PUBACK = 4;
  private static final int PUBREC = 5;
  private static final int PUBREL = 6;
  private static final int PUBCOMP = 7;
  private static final int SUBACK = 9;
  private static final int UNSUBACK = 11;
  private static final int PINGRESP = 13;
  private static final int DISCONNECT = 14;
  private static final int AUTH = 15;
  private static final int QOS = 0x06;
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
    take(first, head, size, length);
  }

  private void take(int first, byte[] head, int headSize, int length) throws IOException {
    int type = first >> 4;
    boolean isWord = type == CONNACK || type == DISCONNECT;
    if (type != PINGRESP && !isWord) {
      byte[] beginning = beginning(first, length);
      ready = Arrays.copyOf(head, headSize + beginning.length);
      System.arraycopy(beginning, 0, ready, headSize, beginning.length);
      readyAt = 0;
      left = length - beginning.length;
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

  /// A packet up to its properties, whose length is checked: Paho makes room for as many bytes as a
  /// packet says, up to 256 MiB, before it looks whether they are there.
  private byte[] beginning(int first, int length) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    int before =
        switch (first >> 4) {
          case PUBLISH -> topic(read, length) + ((first & QOS) == 0 ? 0 : 2);
          case PUBACK, PUBREC, PUBREL, PUBCOMP -> 3;
          case SUBACK, UNSUBACK -> 2;
          case AUTH -> 1;
          default -> 0;
        };
    while (before > 0 && read.size() < length) {
      read.write(required());
      before--;
    }
    int properties = 0;
    int digit = 0x80;
    for (int shift = 0; shift < 28 && (digit & 0x80) != 0 && read.size() < length; shift += 7) {
      digit = required();
      read.write(digit);
      properties |= (digit & 0x7f) << shift;
    }
    if (properties > length - read.size()) {
      throw new IOException("an MQTT packet that says its properties are longer than itself");
    }
    return read.toByteArray();
  }

  /// The length of a PUBLISH's topic, which stands first.
  private int topic(ByteArrayOutputStream read, int length) throws IOException {
    int high = required();
    int low = required();
    read.write(high);
    read.write(low);
    int topic = high << 8 | low;
    if (topic > Limits.TOPIC_BYTES_MAX || topic + 2 > length) {
      throw new IOException("an MQTT topic of " + topic + " bytes");
    }
    return topic;
  }

  private int required() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("the line ended within a packet's head");
    }
    return b;
  }
}
