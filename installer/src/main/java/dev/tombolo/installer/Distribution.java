package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/// A folder that runs anywhere on its platform: `bin/`, `lib/`, `runtime/`, `*.jsa`, `share/`.
///
/// It is made anew beside the old one, which it then replaces, and only when something it is made
/// of has changed.
final class Distribution {
  private final Program program;
  private final Path target;
  private final Path templates;
  private final Instant buildTime;

  Distribution(Program program, Path target, Path templates, Instant buildTime) {
    this.program = program;
    this.target = target;
    this.templates = templates;
    this.buildTime = buildTime;
  }

  Path home() {
    return target.resolve(program.name());
  }

  /// Makes the folder if it is not there or was made of something else.
  ///
  /// @param share what goes under `share/`: a file or folder each, copied as it is
  /// @return whether it was made
  boolean make(List<Path> classPath, List<Path> share) throws IOException {
    Path runtime = RuntimeImage.forProgram(program, target);
    String wanted = fingerprint(classPath, share);
    Path mark = target.resolve(program.name() + ".made-from");
    if (Files.exists(home()) && Files.exists(mark) && Files.readString(mark).equals(wanted)) {
      return false;
    }

    Files.deleteIfExists(mark);
    Path made = target.resolve(program.name() + ".new");
    Folder.delete(made);
    Folder.copy(runtime, made.resolve("runtime"));
    List<String> jars = Jars.copy(classPath, made.resolve("lib"));
    writeLaunchScript(made, jars);
    for (Path shared : share) {
      Path place = made.resolve("share").resolve(shared.getFileName().toString());
      Files.createDirectories(made.resolve("share"));
      Folder.copy(shared, place);
    }
    Folder.setTimes(made, FileTime.from(buildTime));
    Jars.setTimes(jars, made.resolve("lib"), buildTime);
    if (hasMainClass(classPath)) {
      Path work = target.resolve("archive-" + program.name());
      for (Program.Archive archive : program.archives()) {
        Path file = ClassArchive.make(program, archive, made, work, listed(archive));
        Files.setLastModifiedTime(file, FileTime.from(buildTime));
      }
    }
    Files.setLastModifiedTime(made, FileTime.from(buildTime));
    Folder.replace(home(), made);
    Files.writeString(mark, wanted);
    return true;
  }

  private String fingerprint(List<Path> classPath, List<Path> share) throws IOException {
    Fingerprint all = new Fingerprint().add(program.toString()).add(buildTime.toString());
    all.add(Files.readString(target.resolve("runtime-" + program.name() + ".made-from")));
    all.add(template());
    for (Program.Archive archive : program.archives()) {
      all.add(String.join("\n", listed(archive)));
    }
    for (Path jar : classPath) {
      all.add(jar.getFileName().toString()).add(jar);
    }
    for (Path shared : share) {
      try (Stream<Path> files = Files.walk(shared)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          all.add(shared.relativize(file).toString()).add(file);
        }
      }
    }
    // The code that makes it counts too.
    try (Stream<Path> own = Files.walk(target.resolve("classes"))) {
      for (Path file : own.filter(Files::isRegularFile).sorted().toList()) {
        all.add(file);
      }
    }
    return all.hex();
  }

  private void writeLaunchScript(Path made, List<String> jars) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String jar : jars) {
      entries.add("$home/lib/" + jar);
    }
    String script =
        template()
            .replace("@CLASSPATH@", String.join(":", entries))
            .replace("@MAIN@", program.mainClass());
    Path place = made.resolve("bin").resolve(program.name());
    Files.createDirectories(place.getParent());
    Files.writeString(place, script);
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private String template() throws IOException {
    return Files.readString(templates.resolve("bin").resolve(program.name()));
  }

  private List<String> listed(Program.Archive archive) throws IOException {
    return Files.readAllLines(templates.resolve(archive.classList()));
  }

  private boolean hasMainClass(List<Path> classPath) throws IOException {
    try (ZipFile first = new ZipFile(classPath.getFirst().toFile())) {
      return first.getEntry(program.mainClass().replace('.', '/') + ".class") != null;
    }
  }
}
