package dev.tombolo.bench.torture;

/// One kill: chooses its moment, kills, and starts again what it killed.
@FunctionalInterface
interface Blow {
  /// @return the phase that the kill really fell into, whatever it was aimed at
  String strike() throws Exception;
}
