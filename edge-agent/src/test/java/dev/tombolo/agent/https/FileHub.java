package dev.tombolo.agent.https;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/// An HTTPS server that answers each request as a test says, and can cut an answer at any byte.
final class FileHub implements AutoCloseable {
  private final SSLServerSocket server;
  private final Function<Request, Answer> answers;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<SSLSocket> sockets = new ConcurrentLinkedQueue<>();

  /// @param body of a POST
  record Request(String head, String body) {
    String field(String name) {
      for (String line : head.split("\r\n")) {
        if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }

    /// The first byte asked for.
    int from() {
      String range = field("Range");
      return range.isEmpty()
          ? 0
          : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    }
  }

  /// @param cutAfter bytes of the body after which the line breaks; -1 for never
  /// @param hold waited for at the cut, instead of breaking
  record Answer(String head, byte[] body, int cutAfter, CountDownLatch hold) {
    static Answer of(int status, String fields, byte[] body) {
      String head =
          "HTTP/1.1 "
              + status
              + " Status\r\nContent-Length: "
              + body.length
              + "\r\n"
              + fields
              + "Connection: close\r\n\r\n";
      return new Answer(head, body, -1, new CountDownLatch(0));
    }

    Answer cut(int after) {
      return new Answer(head, body, after, hold);
    }

    Answer holding(int after, CountDownLatch until) {
      return new Answer(head, body, after, until);
    }
  }

  FileHub(SSLContext context, Function<Request, Answer> answers) throws IOException {
    this.answers = answers;
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
    server.setWantClientAuth(true);
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /// The hub's way to serve a file.
  static Answer file(Request request, byte[] content) {
    int from = request.from();
    byte[] rest = java.util.Arrays.copyOfRange(content, from, content.length);
    return from == 0
        ? Answer.of(200, "", rest)
        : Answer.of(
            206,
            "Content-Range: bytes "
                + from
                + "-"
                + (content.length - 1)
                + "/"
                + content.length
                + "\r\n",
            rest);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        SSLSocket socket = (SSLSocket) server.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void serve(SSLSocket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append((char) in.readUnsignedByte());
      }
      String length = new Request(head.toString(), "").field("Content-Length");
      byte[] body = in.readNBytes(length.isEmpty() ? 0 : Integer.parseInt(length));
      Request request = new Request(head.toString(), new String(body, StandardCharsets.UTF_8));
      requests.add(request);
      answer(socket, answers.apply(request));
    } catch (IOException | InterruptedException e) {
      // The agent has left.
    }
  }

  private static void answer(SSLSocket socket, Answer answer)
      throws IOException, InterruptedException {
    OutputStream out = socket.getOutputStream();
    out.write(answer.head().getBytes(StandardCharsets.ISO_8859_1));
    int end = answer.cutAfter() < 0 ? answer.body().length : answer.cutAfter();
    out.write(answer.body(), 0, end);
    out.flush();
    answer.hold().await();
  }

  String url() {
    return "https://localhost:" + server.getLocalPort();
  }

  String endpoint() {
    return "localhost:" + server.getLocalPort();
  }

  List<Request> requests() {
    return requests;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SSLSocket socket : sockets) {
      socket.close();
    }
  }
}
