package dev.tombolo.bench.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The heap of a running Java process, asked as `jcmd` asks (HotSpot's attach protocol, Linux): the
/// programs ship without that tool.
public final class JavaHeap {
  private static final Duration ATTACH_LIMIT = Duration.ofSeconds(10);

  /// G1 tells its heap as a whole, the serial collector each generation.
  private static final Pattern USED = Pattern.compile("\\btotal .*used (\\d+)K");

  private JavaHeap() {}

  /// Collects all garbage of the process, then tells what is left.
  ///
  /// @return bytes in use
  public static long usedAfterCollection(long pid) throws IOException, InterruptedException {
    command(pid, "GC.run");
    String info = command(pid, "GC.heap_info");
    List<MatchResult> parts = USED.matcher(info).results().toList();
    if (parts.isEmpty()) {
      throw new IOException("process " + pid + " does not tell its heap: " + info);
    }
    return parts.stream().mapToLong(part -> Long.parseLong(part.group(1)) * 1024).sum();
  }

  /// `jcmd PID COMMAND`
  private static String command(long pid, String command) throws IOException, InterruptedException {
    Path socket = Path.of("/tmp/.java_pid" + pid);
    if (!Files.exists(socket)) {
      attach(pid, socket);
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      // Version, command, three arguments, each ended by NUL.
      ByteBuffer ask =
          ByteBuffer.wrap(("1\0jcmd\0" + command + "\0\0\0").getBytes(StandardCharsets.UTF_8));
      while (ask.hasRemaining()) {
        channel.write(ask);
      }
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      return new String(answer, StandardCharsets.UTF_8);
    }
  }

  /// The process looks for the file when it gets SIGQUIT, and then listens.
  private static void attach(long pid, Path socket) throws IOException, InterruptedException {
    Path wish = Path.of("/tmp/.attach_pid" + pid);
    Files.createFile(wish);
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(pid)).start().waitFor();
      Await.untilTrue(
          ATTACH_LIMIT, () -> "process " + pid + " to listen", () -> Files.exists(socket));
    } finally {
      Files.delete(wish);
    }
  }
}
