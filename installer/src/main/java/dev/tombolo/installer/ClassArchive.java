package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
  /// @param listed classes that training runs cannot reach, such as those used only with a line
  /// @return the file, in `home`
  static Path make(
      Program program, Program.Archive archive, Path home, Path work, List<String> listed)
      throws IOException {
    Folder.delete(work);
    Files.createDirectories(work);
    List<String> loaded = new ArrayList<>(listed);
    for (List<String> trainingRun : archive.trainingRuns()) {
      run(program, home, work, "-Xshare:off -XX:DumpLoadedClassList=run.classes", trainingRun);
      loaded.addAll(Files.readAllLines(work.resolve("run.classes")));
    }
    Set<String> classes = new TreeSet<>();
    loaded.forEach(line -> sameInEveryRun(line).ifPresent(classes::add));
    Files.write(work.resolve("all.classes"), classes);

    // Only G1 can store objects beside the classes; every collector can read them.
    String dump =
        "-Xshare:dump -XX:SharedClassListFile=all.classes -XX:SharedArchiveFile=made.jsa"
            + " -XX:-UseSerialGC -XX:+UseG1GC -Xmx256m -XX:MaxMetaspaceSize=256m";
    run(program, home, work, dump, List.of());
    return Files.move(
        work.resolve("made.jsa"),
        home.resolve(archive.fileName()),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// A line of a class list without what differs from run to run, so that the same program makes
  /// the same archive: the number of the class, and the constants that were resolved in time. The
  /// order differs too, so the lines are sorted.
  private static Optional<String> sameInEveryRun(String line) {
    return line.startsWith("@cp ")
        ? Optional.empty()
        : Optional.of(line.replaceFirst(" id: [0-9]+$", ""));
  }

  private static void run(
      Program program, Path home, Path work, String options, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve(program.name()).toString());
    command.addAll(arguments);
    Tool.run(work, Map.of(program.optionsVariable(), options), command);
  }
}
