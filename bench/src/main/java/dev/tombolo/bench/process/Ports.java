package dev.tombolo.bench.process;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Ports for programs that are stopped and started again. They lie below those that the kernel
/// gives out by itself, to connections, too: such a one may be taken while its program is down.
/// Each process that asks has a block of its own.
public final class Ports {
  private static final Path KERNEL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int KERNEL_FIRST_USUALLY = 32_768;
  private static final int FIRST = 10_240;
  private static final int BLOCK = 512;
  private static final int TRIES_MAX = 1_000;

  private static @Nullable Ports ours;

  /// Holds the block: its first port.
  private final ServerSocket holder;

  private int last;

  private Ports(ServerSocket holder) {
    this.holder = holder;
    last = holder.getLocalPort();
  }

  /// One that nothing listens on, and that this process was not given before.
  ///
  /// @throws IOException when all of this process are taken
  public static synchronized int next() throws IOException {
    if (ours == null) {
      ours = new Ports(holdBlock(kernelFirst()));
    }
    return ours.nextFree();
  }

  private int nextFree() throws IOException {
    int end = holder.getLocalPort() + BLOCK;
    while (++last < end) {
      try (var _ = new ServerSocket(last)) {
        return last;
      } catch (BindException e) {
        // Somebody listens there.
      }
    }
    throw new IOException("no port left of " + holder.getLocalPort() + " to " + (end - 1));
  }

  private static ServerSocket holdBlock(int end) throws IOException {
    int blocks = (end - FIRST) / BLOCK;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      int first = FIRST + ThreadLocalRandom.current().nextInt(blocks) * BLOCK;
      try {
        return new ServerSocket(first, 1, InetAddress.ofLiteral("127.0.0.1"));
      } catch (BindException e) {
        // Another process has this block.
      }
    }
    throw new IOException("no block of ports is free from " + FIRST + " to " + (end - 1));
  }

  private static int kernelFirst() throws IOException {
    if (!Files.isReadable(KERNEL_RANGE)) {
      return KERNEL_FIRST_USUALLY;
    }
    int first = Integer.parseInt(Files.readString(KERNEL_RANGE).strip().split("\\s+")[0]);
    return first >= FIRST + BLOCK ? first : KERNEL_FIRST_USUALLY;
  }
}
