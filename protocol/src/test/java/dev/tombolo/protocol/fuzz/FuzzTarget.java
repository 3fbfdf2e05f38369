package dev.tombolo.protocol.fuzz;

import java.util.List;

/// One reader of foreign bytes. It takes an input, or refuses it by its documented error; whatever
/// else comes out of [#run] is a finding.
public interface FuzzTarget {
  int BYTES_MAX = 64 * 1024;
  long STACK_BYTES = 192 * 1024;
  long ALLOCATION_MAX = 64L * 1024 * 1024;

  /// Lower case and `-`; the folder of its corpus.
  String name();

  /// Inputs that are good, one of each kind.
  List<byte[]> seeds() throws Exception;

  /// What its inputs are made of and chance would not write.
  default List<String> words() {
    return List.of();
  }

  /// Longer inputs are cut.
  default int bytesMax() {
    return BYTES_MAX;
  }

  /// How many mutations the ordinary tests try.
  default int quickRuns() {
    return 150;
  }

  /// Stack of the thread it runs on; the smallest that reads this in the programs.
  default long stackBytes() {
    return STACK_BYTES;
  }

  /// Bytes that reading one input may allocate.
  default long allocationMax() {
    return ALLOCATION_MAX;
  }

  /// Reads one input, and checks what must hold of what was read.
  ///
  /// @return what came of it in few words, `taken` or `refused: ...`: an input that brings a new
  ///   one is worth keeping
  String run(byte[] input) throws Exception;
}
