package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// A static archive (AppCDS) of the classes a program loads, mapped into memory at start instead of
/// being read, parsed and verified. It saves the agent memory and the command line time.
///
/// Everything runs through the launch script, so that the archive is made with the flags and the
/// class path it is used with. The JVM ignores it, silently, when a jar's time or size differs;
/// `DistributionIT` checks that it is really used.
final class ClassArchive {
  private ClassArchive() {}

  /// Writes the archive for a distribution whose jars already have their final times.
  ///
  /// @param listed the classes, as `-XX:DumpLoadedClassList` lists them
  /// @return the file, in `home`
  static Path make(
      Program program, Program.Archive archive, Path home, Path work, List<String> listed)
      throws IOException {
    Folder.delete(work);
    Files.createDirectories(work);
    Files.write(work.resolve("all.classes"), listed);

    // Only G1 can store objects beside the classes; every collector can read them.
    String dump =
        "-Xshare:dump -XX:SharedClassListFile=all.classes -XX:SharedArchiveFile=made.jsa"
            + " -XX:-UseSerialGC -XX:+UseG1GC -Xmx256m -XX:MaxMetaspaceSize=256m";
    run(program, home, work, dump);
    return Files.move(
        work.resolve("made.jsa"),
        home.resolve(archive.fileName()),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static void run(Program program, Path home, Path work, String options)
      throws IOException {
    String script = home.resolve("bin").resolve(program.name()).toString();
    Tool.run(work, Map.of(program.optionsVariable(), options), List.of(script));
  }
}
