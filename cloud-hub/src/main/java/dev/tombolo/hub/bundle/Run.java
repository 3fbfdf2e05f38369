package dev.tombolo.hub.bundle;

import org.jspecify.annotations.Nullable;

/// A stretch of the target, and what of the base it may be made from.
///
/// @param at from the beginning of all files
/// @param type null for what is no tensor
/// @param equal the base's bytes are the same
/// @param baseFile -1 when nothing in the base resembles it
/// @param baseOffset where in that file its counterpart begins
record Run(
    long at,
    long length,
    @Nullable ElementType type,
    boolean equal,
    int baseFile,
    long baseOffset) {
  static final int NO_BASE = -1;

  boolean hasBase() {
    return baseFile != NO_BASE;
  }

  Run part(long from, long partLength) {
    long baseFrom = type == null ? from : type.baseLength(from);
    return new Run(
        at + from, partLength, type, equal, baseFile, hasBase() ? baseOffset + baseFrom : 0);
  }

  Run asEqual() {
    return new Run(at, length, type, true, baseFile, baseOffset);
  }

  Run asNew() {
    return new Run(at, length, type, false, baseFile, baseOffset);
  }
}
