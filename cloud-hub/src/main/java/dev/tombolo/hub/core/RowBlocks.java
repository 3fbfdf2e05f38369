package dev.tombolo.hub.core;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The blocks of one log, oldest first, and their sums.
final class RowBlocks implements Iterable<RowBlock> {
  private final ArrayDeque<RowBlock> blocks = new ArrayDeque<>();
  private long rows;
  private long bytes;
  private int due;

  /// A new block, or the newest one with more rows.
  void put(RowBlock block) {
    RowBlock before = blocks.peekLast();
    if (before != null && before.first() == block.first()) {
      forget(blocks.removeLast());
    } else {
      due++;
    }
    blocks.addLast(block);
    rows += block.rows();
    bytes += block.bytes();
  }

  void drop(RowBlock block) {
    RowBlock oldest = blocks.peekFirst();
    if (oldest == null || oldest.first() != block.first()) {
      throw new IllegalStateException(block + " is not the oldest block");
    }
    forget(blocks.removeFirst());
  }

  private void forget(RowBlock block) {
    rows -= block.rows();
    bytes -= block.bytes();
  }

  /// Blocks that have begun since it was last looked what has to go for them.
  int due() {
    return due;
  }

  void follow(int left) {
    due = left;
  }

  /// Oldest first.
  @Override
  public Iterator<RowBlock> iterator() {
    return blocks.iterator();
  }

  @Nullable RowBlock oldest() {
    return blocks.peekFirst();
  }

  @Nullable RowBlock newest() {
    return blocks.peekLast();
  }

  long rows() {
    return rows;
  }

  long bytes() {
    return bytes;
  }
}
