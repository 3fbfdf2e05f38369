package dev.tombolo.hub.bundle;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Makes one bundle in a process of its own, for [BundleMaker]: `BASE|- TARGET OUT`. Ends when its
/// standard input does, so it never outlives who started it.
public final class MakingProcess {
  private MakingProcess() {}

  /// Prints digest and length of what it made.
  @SuppressWarnings("SystemOut") // that is the answer
  public static void main(String[] args) throws IOException, InterruptedException {
    Thread watch = new Thread(MakingProcess::endWithParent, "parent");
    watch.setDaemon(true);
    watch.start();
    @Nullable Path base = args[0].equals("-") ? null : Path.of(args[0]);
    Bundles.Made made = Bundles.make(base, Path.of(args[1]), Path.of(args[2]), bytes -> {});
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    out.println(made.digest().hex() + " " + made.bytes() + " " + made.plainBytes());
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes; only the end matters.
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(1);
  }
}
