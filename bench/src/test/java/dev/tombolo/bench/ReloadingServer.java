package dev.tombolo.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The workload `ReloadingServer WORK-FOLDER PORT [MILLIS]`, which takes so long to say how it is:
/// loads the version of its release at the start and at each `POST /reload`, which it answers with
/// 500 when it cannot.
final class ReloadingServer {
  private final Path work;

  private ReloadingServer(Path work) {
    this.work = work;
  }

  public static void main(String[] arguments) throws IOException {
    ReloadingServer loads = new ReloadingServer(Path.of(arguments[0]));
    loads.load();
    long late = arguments.length > 2 ? Long.parseLong(arguments[2]) : 0;
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(arguments[1]));
    HttpServer server = HttpServer.create(address, 0);
    server.createContext(
        "/reload",
        exchange -> {
          boolean posted = exchange.getRequestMethod().equals("POST");
          exchange.sendResponseHeaders(posted && loads.load() ? 204 : 500, -1);
          exchange.close();
        });
    server.createContext(
        "/healthz",
        exchange -> {
          long from = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(late);
          for (long left = from - System.nanoTime(); left > 0; left = from - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
  }

  private boolean load() throws IOException {
    Path release = Path.of(System.getenv("TOMBOLO_CURRENT"));
    String version = Files.readString(release.resolve("version.txt"));
    if (version.startsWith("bad")) {
      return false;
    }
    Path written = Files.writeString(work.resolve("loaded.new"), version);
    System.out.println("loads version " + version.strip());
    Files.move(written, work.resolve("loaded"), StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  /// Where its class lies, for a class path.
  static Path classes() throws URISyntaxException {
    return Path.of(
        ReloadingServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
