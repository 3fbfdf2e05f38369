package dev.tombolo.installer;

import java.util.List;

/// One of the two programs we ship, and what its distribution is made of.
///
/// @param name the folder under `target/`, the launch script and the jar's artifact id begin with
///   it
/// @param mainClass where it starts
/// @param modules the JDK modules its runtime holds; `DistributionIT` checks them against the jars
/// @param optionsVariable the environment variable that hands its launch script JVM options
/// @param trainingRuns command lines whose classes go into the archive, besides those listed in
///   `src/main/dist/NAME.classes`, if there is one. None for the agent: what `run` does not use
///   would only fill its memory
record Program(
    String name,
    String mainClass,
    List<String> modules,
    String optionsVariable,
    List<List<String>> trainingRuns) {

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
          List.of(List.of("--help")));

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
          List.of());

  Program {
    modules = List.copyOf(modules);
    trainingRuns = trainingRuns.stream().map(List::copyOf).toList();
  }
}
