package dev.tombolo.agent.mqtt;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Gathers what Paho writes until it flushes, which it does after every packet.
final class PacketOutput extends OutputStream {
  private static final int IDLE_BYTES = 1024;

  private final FrameWriter frames;
  private byte[] gathered = new byte[IDLE_BYTES];
  private int length;

  PacketOutput(FrameWriter frames) {
    this.frames = frames;
  }

  @Override
  public void write(int b) {
    room(1);
    gathered[length++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    room(count);
    System.arraycopy(bytes, offset, gathered, length, count);
    length += count;
  }

  @Override
  public void flush() throws IOException {
    if (length > 0) {
      int whole = length;
      length = 0;
      frames.writePacket(gathered, whole);
      if (gathered.length > 16 * IDLE_BYTES) {
        gathered = new byte[IDLE_BYTES];
      }
    }
  }

  private void room(int count) {
    if (gathered.length - length < count) {
      gathered = Arrays.copyOf(gathered, Math.max(length + count, 2 * gathered.length));
    }
  }
}
