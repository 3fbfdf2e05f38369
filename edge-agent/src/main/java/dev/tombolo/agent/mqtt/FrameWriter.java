package dev.tombolo.agent.mqtt;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes whole MQTT packets, each flush as one masked WebSocket frame (RFC 6455 s. 5) or, without
/// WebSocket, as they are. Pings and pongs never wait behind a write that is stuck: they are left
/// for its thread, or out.
final class FrameWriter {
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PONG = 10;
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final byte[] PINGREQ = {(byte) 0xc0, 0};

  private final OutputStream out;
  private final boolean webSocket;
  private final SecureRandom random;
  private final ReentrantLock writing = new ReentrantLock();
  private volatile byte @Nullable [] pong;
  private volatile long lastWriteNanos = System.nanoTime();

  FrameWriter(OutputStream out, boolean webSocket, SecureRandom random) {
    this.out = out;
    this.webSocket = webSocket;
    this.random = random;
  }

  /// When something was last handed to the socket, by [System#nanoTime()].
  long lastWriteNanos() {
    return lastWriteNanos;
  }

  void writePacket(byte[] bytes, int length) throws IOException {
    writing.lock();
    try {
      frame(BINARY, bytes, length);
    } finally {
      writing.unlock();
    }
    writePong();
  }

  /// An MQTT PINGREQ between two packets; left out while another packet is being written.
  void ping() throws IOException {
    if (writing.tryLock()) {
      try {
        frame(BINARY, PINGREQ, PINGREQ.length);
      } finally {
        writing.unlock();
      }
    }
    writePong();
  }

  /// Answers a WebSocket ping, now or after the packet being written. Only the newest counts.
  void pong(byte[] payload) throws IOException {
    pong = payload;
    writePong();
  }

  /// Answers a WebSocket close, if that is possible at once.
  void close(byte[] payload) throws IOException {
    if (writing.tryLock()) {
      try {
        frame(CLOSE, payload, payload.length);
      } finally {
        writing.unlock();
      }
    }
  }

  private void writePong() throws IOException {
    while (pong != null && writing.tryLock()) {
      try {
        byte[] payload = pong;
        pong = null;
        if (payload != null) {
          frame(PONG, payload, payload.length);
        }
      } finally {
        writing.unlock();
      }
    }
  }

  private void frame(int opcode, byte[] payload, int length) throws IOException {
    if (webSocket) {
      byte[] frame = masked(opcode, payload, length);
      out.write(frame, 0, frame.length);
    } else {
      out.write(payload, 0, length);
    }
    out.flush();
    lastWriteNanos = System.nanoTime();
  }

  private byte[] masked(int opcode, byte[] payload, int length) {
    int extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8;
    byte[] frame = new byte[2 + extended + 4 + length];
    frame[0] = (byte) (FIN | opcode);
    frame[1] = (byte) (MASKED | (extended == 0 ? length : extended == 2 ? 126 : 127));
    for (int i = 0; i < extended; i++) {
      frame[2 + i] = (byte) ((long) length >> 8 * (extended - 1 - i));
    }
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    int at = 2 + extended;
    System.arraycopy(mask, 0, frame, at, 4);
    at += 4;
    for (int i = 0; i < length; i++) {
      frame[at + i] = (byte) (payload[i] ^ mask[i & 3]);
    }
    return frame;
  }
}
