package dev.tombolo.bench.demo;

/// A scene of the demo.
interface Step {
  /// A fixed word for `--json`.
  String name();

  /// What it shows, in words.
  String title();

  /// @throws ClaimBroken when something it says does not hold
  /// @throws Exception when something does not even get so far
  void play(Town town) throws Exception;
}
