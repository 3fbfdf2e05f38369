package dev.tombolo.installer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The two distributions as they lie in `target/`, and the package made of one.
class DistributionIT {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final long PACKAGE_BYTES_MAX = 40L << 20;

  /// Named by libraries in code that we never reach: Jackson's, Jetty's and DJL's optional parts.
  private static final Set<String> DONE_WITHOUT =
      Set.of(
          "java.compiler",
          "java.desktop",
          "java.instrument",
          "java.management",
          "java.management.rmi",
          "java.naming",
          "java.net.http",
          "java.rmi",
          "java.security.jgss",
          "jdk.attach",
          "jdk.compiler");

  @TempDir private Path folder;

  static Stream<Program> programs() {
    return Stream.of(Program.HUB, Program.AGENT);
  }

  /// What each archive is made for, as far as it goes without a hub: the agent finds no folder.
  static Stream<Arguments> archives() {
    return Stream.of(
        Arguments.of(Program.AGENT, "app", "run --data no-such-folder || test $? = 1"),
        Arguments.of(Program.HUB, "app", "hub --help"),
        Arguments.of(
            Program.HUB, "commands", "get devices --token-file no-such-file || test $? = 1"));
  }

  @ParameterizedTest
  @MethodSource("archives")
  void itMapsItsClassArchiveWhereverItLies(Program program, String archive, String command)
      throws IOException {
    assertThat(program.archives()).extracting(Program.Archive::name).contains(archive);
    Path moved = folder.resolve("moved");
    // As a package is unpacked: times kept.
    Tool.run(
        folder, Map.of(), List.of("cp", "-a", TARGET.resolve(program.name()).toString(), "moved"));

    for (Path home : List.of(TARGET.resolve(program.name()), moved)) {
      Path log = folder.resolve("classes.log");
      Files.deleteIfExists(log);
      Tool.run(
          folder,
          Map.of(
              program.optionsVariable(),
              "-Xshare:on -Xlog:class+load:file=classes.log -Xlog:cds:file=archive.log"),
          List.of("sh", "-c", home.resolve("bin/" + program.name()) + " " + command));

      assertThat(folder.resolve("archive.log"))
          .content()
          .contains(home.resolve(archive + ".jsa").toString());
      List<String> loaded = Files.readAllLines(log);
      assertThat(loaded)
          .anyMatch(
              line ->
                  line.contains(program.mainClass() + " ")
                      && line.contains("source: shared objects file"));
      long mapped = loaded.stream().filter(line -> line.contains("shared objects file")).count();
      assertThat(mapped).isGreaterThan(loaded.size() * 9L / 10);
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void itsRuntimeHasEveryModuleThatItsClassesName(Program program) throws IOException {
    Path home = TARGET.resolve(program.name());
    Set<String> present =
        Tool.run(folder, Map.of(), List.of(home + "/runtime/bin/java", "--list-modules"))
            .lines()
            .map(line -> line.replaceFirst("@.*", ""))
            .collect(Collectors.toCollection(TreeSet::new));

    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        Set<String> missing = new TreeSet<>(JdkModules.namedIn(jar));
        missing.removeAll(present);
        if (!jar.getFileName().toString().startsWith("tombolo-")) {
          missing.removeAll(DONE_WITHOUT);
        }
        assertThat(missing).as("modules that %s names", jar.getFileName()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("programs")
  void itWritesFileNamesInUtf8WhateverTheLocaleAndHearsNoStrayOptions(Program program)
      throws IOException {
    String properties =
        Tool.run(
            folder,
            Map.of(
                "LC_ALL",
                "POSIX",
                "_JAVA_OPTIONS",
                "-Dstray=heard",
                program.optionsVariable(),
                "-XshowSettings:properties"),
            List.of(
                TARGET.resolve(program.name()).resolve("bin/" + program.name()).toString(),
                "--help"));

    assertThat(properties).contains("sun.jnu.encoding = UTF-8").doesNotContain("heard");
  }

  @Test
  void theShopsPackageIsTheOneThatItsDigestNamesAndNotLarge() throws IOException {
    Path packages = TARGET.resolve("tombolo/share/packages");
    Path packed = packages.resolve(ShopPackage.NAME);

    assertThat(packages.resolve(ShopPackage.DIGESTS))
        .hasContent(Fingerprint.of(packed) + "  " + ShopPackage.NAME);
    assertThat(Files.size(packed)).isLessThan(PACKAGE_BYTES_MAX);
  }

  @Test
  void theAgentUnpackedFromItsPackageStarts() throws IOException {
    Path packed = TARGET.resolve("tombolo/share/packages").resolve(ShopPackage.NAME);

    Tool.run(folder, Map.of(), List.of("tar", "-xzf", packed.toString()));

    String help =
        Tool.run(
            folder,
            Map.of(Program.AGENT.optionsVariable(), "-Xshare:on"),
            List.of(folder.resolve("tombolo-agent/bin/tombolo-agent").toString(), "--help"));
    assertThat(help).contains("tombolo-agent");
  }

  @Test
  void theHubServesTheInstallScriptOfThisBuild() throws IOException {
    assertThat(TARGET.resolve("tombolo/share/install.sh"))
        .hasSameTextualContentAs(TARGET.resolveSibling("install.sh"));
  }
}
