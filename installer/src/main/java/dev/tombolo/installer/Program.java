package dev.tombolo.installer;

import java.util.List;

/// One of the two programs we ship, and what its distribution is made of.
///
/// @param name the folder under `target/`, the launch script and the jar's artifact id begin with
///   it
/// @param mainClass where it starts
/// @param modules the JDK modules its runtime holds; `DistributionIT` checks them against the jars
/// @param optionsVariable the environment variable that hands its launch script JVM options
/// @param archives of its classes; which of them is used, its launch script says
record Program(
    String name,
    String mainClass,
    List<String> modules,
    String optionsVariable,
    List<Archive> archives) {

  /// An archive of classes, `NAME.jsa` in the distribution. What it holds and the program does not
  /// use only fills the memory.
  ///
  /// @param name of the file, without `.jsa`
  /// @param classList file in `src/main/dist` that names the classes which it holds
  record Archive(String name, String classList) {
    String fileName() {
      return name + ".jsa";
    }
  }

  /// The hub and the operators' command line. `./tombolo demo` and the benchmarks run on its
  /// runtime too, so it also has what they need: `jdk.httpserver` and `jdk.zipfs`.
  static final Program HUB =
      new Program(
          "tombolo",
          "dev.tombolo.hub.cli.Tombolo",
          List.of(
              "java.base",
              "java.logging",
              "java.management",
              "java.naming",
              "java.net.http",
              "java.sql",
              "java.prefs",
              "jdk.httpserver",
              "jdk.jcmd",
              "jdk.jfr",
              "jdk.management",
              "jdk.unsupported",
              "jdk.zipfs"),
          "TOMBOLO_JAVA_OPTIONS",
          List.of(
              new Archive("app", "tombolo-hub.classes"),
              new Archive("commands", "tombolo-commands.classes")));

  /// The agent in the shop. Each module here costs every shop disk and download.
  static final Program AGENT =
      new Program(
          "tombolo-agent",
          "dev.tombolo.agent.cli.TomboloAgent",
          List.of(
              "java.base",
              "java.logging",
              "java.prefs",
              "java.sql",
              "jdk.httpserver",
              "jdk.unsupported"),
          "TOMBOLO_AGENT_JAVA_OPTIONS",
          List.of(new Archive("app", "tombolo-agent.classes")));

  Program {
    modules = List.copyOf(modules);
    archives = List.copyOf(archives);
  }
}
