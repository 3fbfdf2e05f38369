package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.SegmentRows;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// The table of a bundle at work: the files first, then a row for each segment.
final class BundleParts {
  private static final Digest NOT_KNOWN = Digest.ofText("");

  /// For the number of the segments.
  private static final int SPARE = 64;

  private final Tree older;
  private final Tree newer;
  private final List<BaseFile> baseFiles;
  private final Optional<BundleTable.Permissions> permissions;
  private final SegmentRows rows;

  BundleParts(Tree older, Tree newer, Permissions permissions) {
    this.older = older;
    this.newer = newer;
    baseFiles =
        older.entries().stream().map(file -> new BaseFile(file.path(), file.size())).toList();
    this.permissions =
        permissions == Permissions.KEPT ? Optional.of(permissionsOf(newer)) : Optional.empty();
    rows = new SegmentRows(baseFiles);
  }

  private static BundleTable.Permissions permissionsOf(Tree tree) {
    return new BundleTable.Permissions(
        tree.entries().stream().map(Tree.Entry::permissions).toList(),
        tree.folders().stream()
            .map(folder -> new BundleTable.TargetFolder(folder.path(), folder.permissions()))
            .toList());
  }

  SegmentRows rows() {
    return rows;
  }

  /// What the names of the files leave of the table.
  ///
  /// @throws UnfitException when they leave nothing
  long rowsRoom() throws UnfitException {
    List<Digest> unknown = Collections.nCopies(newer.entries().size(), NOT_KNOWN);
    long room = (long) BundleFormat.TABLE_BYTES_MAX - SPARE - written(unknown).length;
    if (room <= 0) {
      throw tooLong();
    }
    return room;
  }

  /// @param digests of the target's files
  byte[] table(List<Digest> digests) throws UnfitException {
    byte[] table = written(digests);
    if (table.length > BundleFormat.TABLE_BYTES_MAX || rows.count() > BundleFormat.SEGMENTS_MAX) {
      throw tooLong();
    }
    return table;
  }

  private static UnfitException tooLong() {
    return new UnfitException(
        "the table of the bundle exceeds TABLE_BYTES_MAX; make several bundles of fewer files");
  }

  private byte[] written(List<Digest> digests) {
    List<TargetFile> files = new ArrayList<>();
    for (Tree.Entry file : newer.entries()) {
      files.add(
          new TargetFile(file.path(), file.size(), file.executable(), digests.get(file.index())));
    }
    return BundleTable.write(
        newer.isFolder(), older.isFolder(), baseFiles, files, permissions, rows);
  }
}
