package dev.tombolo.installer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Copies a class path into a distribution.
///
/// Two things change on the way. The jars of SQLite and zstd carry a native library for every
/// platform and unpack one into `/tmp` at each start; here the one for this platform lies beside
/// the jars and the others stay behind. And a jar's time is made from its bytes: a class archive
/// trusts a jar by its time and size alone, so that two different jars must never share both.
final class Jars {
  /// A jar with native libraries.
  ///
  /// @param jar what its name begins with
  /// @param all which of its entries are native libraries
  /// @param library the one for this platform
  /// @param copy its name in the distribution
  private record Natives(String jar, Pattern all, Pattern library, String copy) {}

  private static final List<Natives> NATIVES =
      List.of(
          new Natives(
              "sqlite-jdbc-",
              Pattern.compile("org/sqlite/native/.*"),
              Pattern.compile("org/sqlite/native/Linux/x86_64/libsqlitejdbc\\.so"),
              "libsqlitejdbc.so"),
          new Natives(
              "zstd-jni-",
              Pattern.compile("[a-z]+/([a-z0-9_]+/)?(libzstd-jni-.*)?"),
              Pattern.compile("linux/amd64/libzstd-jni-.*\\.so"),
              "libzstd-jni.so"));

  private Jars() {}

  /// Copies the jars to `lib` and returns their names in the order given.
  static List<String> copy(List<Path> classPath, Path lib) throws IOException {
    Files.createDirectories(lib);
    List<String> names = new ArrayList<>();
    for (Path jar : classPath) {
      String name = jar.getFileName().toString();
      Path copy = lib.resolve(name);
      Optional<Natives> natives =
          NATIVES.stream().filter(it -> name.startsWith(it.jar())).findFirst();
      if (natives.isPresent()) {
        copyWithoutNatives(jar, copy, natives.get());
        extract(jar, natives.get(), lib.resolve("native").resolve(natives.get().copy()));
      } else {
        Files.copy(jar, copy);
      }
      names.add(name);
    }
    return names;
  }

  /// Sets the time of each jar from its bytes; up to half a year after `earliest`, whole seconds.
  static void setTimes(List<String> names, Path lib, Instant earliest) throws IOException {
    for (String name : names) {
      Path jar = lib.resolve(name);
      int seconds = Integer.parseInt(Fingerprint.of(jar).substring(0, 6), 16);
      Files.setLastModifiedTime(jar, FileTime.from(earliest.plusSeconds(seconds)));
    }
  }

  private static void copyWithoutNatives(Path jar, Path copy, Natives natives) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(copy);
        ZipOutputStream to = new ZipOutputStream(file)) {
      for (Enumeration<? extends ZipEntry> all = from.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (natives.all().matcher(entry.getName()).matches()) {
          continue;
        }
        ZipEntry same = new ZipEntry(entry.getName());
        same.setTimeLocal(entry.getTimeLocal());
        to.putNextEntry(same);
        try (InputStream bytes = from.getInputStream(entry)) {
          bytes.transferTo(to);
        }
        to.closeEntry();
      }
    }
  }

  private static void extract(Path jar, Natives natives, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (ZipFile from = new ZipFile(jar.toFile())) {
      ZipEntry entry =
          from.stream()
              .filter(it -> natives.library().matcher(it.getName()).matches())
              .findFirst()
              .orElseThrow(() -> new IOException(jar + " has no " + natives.library()));
      try (InputStream bytes = from.getInputStream(entry)) {
        Files.copy(bytes, to);
      }
    }
  }
}
