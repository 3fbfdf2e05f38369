package dev.tombolo.bench.line;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// The process `LineProxy LISTEN_PORT TARGET_HOST TARGET_PORT CONTROL_PORT`: a [Line] and, on
/// 127.0.0.1, the port that commands it. A control connection sends one line, a [LineMode] or
/// `status`, and gets `ok ...` or `error ...`.
public final class LineProxy {
  private static final int CONTROL_MILLIS = 5_000;

  private LineProxy() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 4) {
      System.err.println("usage: LineProxy LISTEN_PORT TARGET_HOST TARGET_PORT CONTROL_PORT");
      System.exit(2);
    }
    var target = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
    try (Line line = Line.listen(Integer.parseInt(arguments[0]), target);
        var control =
            new ServerSocket(
                Integer.parseInt(arguments[3]), 16, InetAddress.ofLiteral("127.0.0.1"))) {
      System.out.printf(
          "line 127.0.0.1:%d leads to %s, control 127.0.0.1:%d%n",
          line.port(), target, control.getLocalPort());
      while (true) {
        obey(line, control);
      }
    }
  }

  private static void obey(Line line, ServerSocket control) throws IOException {
    try (Socket socket = control.accept()) {
      socket.setSoTimeout(CONTROL_MILLIS);
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String command = reader.readLine();
      String answer = command == null ? "error nothing said" : answer(line, command.strip());
      socket.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String answer(Line line, String command) {
    if (!command.equals("status")) {
      try {
        line.set(LineMode.parse(command));
      } catch (IllegalArgumentException e) {
        return "error " + e.getMessage();
      }
    }
    return "ok %s, %d bytes up, %d bytes down"
        .formatted(line.mode(), line.bytesUp(), line.bytesDown());
  }
}
