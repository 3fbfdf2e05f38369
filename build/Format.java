import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;

/// Checks, or mends, the layout of every Java source with google-java-format.
///
/// Run by Maven as one source file on the build's JDK, because the formatter parses with the
/// compiler of the Java it runs on, and Maven's own may be older than our sources: `java -cp
/// google-java-format.jar build/Format.java check|write MEMORY [FILE...]`. `MEMORY` keeps the
/// digests of files found well laid out, so that a second check reads only what changed.
final class Format {
  private static final List<String> ROOTS =
      List.of("protocol", "cloud-hub", "edge-agent", "installer", "bench", "build");

  private final Formatter formatter =
      new Formatter(
          JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.GOOGLE).build());
  private final Set<String> wellLaidOut;
  private final Set<Path> changed = new ConcurrentSkipListSet<>();
  private final boolean write;

  private Format(boolean write, Set<String> wellLaidOut) {
    this.write = write;
    this.wellLaidOut = wellLaidOut;
  }

  public static void main(String[] arguments) throws IOException {
    boolean write = arguments[0].equals("write");
    Path memory = Path.of(arguments[1]);
    List<Path> files =
        arguments.length > 2
            ? Stream.of(arguments).skip(2).map(Path::of).filter(Format::isSource).toList()
            : allSources();
    Set<String> known = new ConcurrentSkipListSet<>();
    if (Files.exists(memory)) {
      known.addAll(Files.readAllLines(memory));
    }

    Format format = new Format(write, known);
    files.parallelStream().forEach(format::visit);

    Files.createDirectories(memory.toAbsolutePath().getParent());
    Files.write(memory, new TreeSet<>(known));
    if (write) {
      format.changed.forEach(file -> System.out.println("laid out " + file));
    } else if (!format.changed.isEmpty()) {
      System.err.println("Not laid out as google-java-format does it:");
      format.changed.forEach(file -> System.err.println("  " + file));
      System.err.println("Mend them with: build/format");
      System.exit(1);
    }
  }

  private static List<Path> allSources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String root : ROOTS) {
      if (Files.isDirectory(Path.of(root))) {
        try (Stream<Path> tree = Files.walk(Path.of(root))) {
          tree.filter(Format::isSource).forEach(found::add);
        }
      }
    }
    return found;
  }

  private static boolean isSource(Path file) {
    return file.toString().endsWith(".java")
        && !file.toString().contains("target/")
        && Files.isRegularFile(file);
  }

  private void visit(Path file) {
    try {
      String source = Files.readString(file);
      String digest = digest(source);
      if (wellLaidOut.contains(digest)) {
        return;
      }
      String wanted = layOut(source);
      if (!wanted.equals(source)) {
        changed.add(file);
        if (!write) {
          return;
        }
        Files.writeString(file, wanted);
      }
      wellLaidOut.add(digest(wanted));
    } catch (FormatterException notJava) {
      System.err.println(file + ": " + notJava.getMessage());
      changed.add(file);
    } catch (IOException broken) {
      throw new UncheckedIOException(file.toString(), broken);
    }
  }

  private String layOut(String source) throws FormatterException {
    String imports =
        ImportOrderer.reorderImports(
            RemoveUnusedImports.removeUnusedImports(source), JavaFormatterOptions.Style.GOOGLE);
    return formatter.formatSource(imports);
  }

  private static String digest(String source) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(source.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
