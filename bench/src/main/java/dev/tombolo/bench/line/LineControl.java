package dev.tombolo.bench.line;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Talks to a [LineProxy]'s control port: one line, one answer.
public record LineControl(int port) {
  private static final int TIMEOUT_MILLIS = 5_000;

  public void open() throws IOException {
    say("open");
  }

  public void cut() throws IOException {
    say("cut");
  }

  public void throttle(int bytesPerSecond) throws IOException {
    say("throttle " + bytesPerSecond);
  }

  /// Bytes that came from the hub over this line so far.
  public long bytesDown() throws IOException {
    String[] words = say("status").split(" ", -1);
    return Long.parseLong(words[words.length - 3]);
  }

  /// @throws IOException when the proxy refuses, with its words
  public String say(String command) throws IOException {
    try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String answer = reader.readLine();
      if (answer == null || !answer.startsWith("ok")) {
        throw new IOException("line control: " + answer);
      }
      return answer;
    }
  }
}
