package dev.tombolo.protocol.bundle;

/// Long loops in short calls. What is called often is compiled soon, and once; one long loop is
/// interpreted for many of its rounds, then compiled for where it stands, and once more for the
/// next call. A process that unpacks a small model is over by then. The first blocks are the
/// shortest, since it is they that are interpreted.
final class Blocks {
  /// So many short ones, each so much shorter.
  private static final int SHORT = 256;

  private static final int SHORTER = 64;

  private Blocks() {}

  /// Where the block ends that begins at `from`.
  ///
  /// @param longest a multiple of four elements when shortened, too
  static int end(int from, int all, int longest) {
    int few = longest / SHORTER;
    return Math.min(all, from + (from < SHORT * few ? few : longest));
  }
}
