package dev.tombolo.bench.bundle;

import com.github.luben.zstd.Zstd;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleHeader;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFolder;
import dev.tombolo.protocol.bundle.Coding;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentRows;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A bundle that goes to the bounds of the format: the longest segments, the longest look back, as
/// many files and folders as may be, and a table full of their names.
public final class LargestBundle {
  /// So that the table is just not too long.
  private static final int NAME_BYTES = 106;

  private LargestBundle() {}

  /// @return how many bytes it makes
  public static long write(Path bundle) throws IOException {
    byte[] zeros = new byte[BundleFormat.SEGMENT_BYTES_MAX];
    Digest digest = Digest.of(zeros);
    SegmentRows rows = new SegmentRows(List.of());
    List<Piece> pieces = List.of(Piece.withoutBase(PieceKind.BYTES, zeros.length));
    rows.add(new Segment(zeros.length, 1 + zeros.length, Prefix.NONE, pieces, digest));
    Prefix before = new Prefix.Before(BundleFormat.PREFIX_BYTES_MAX);
    rows.add(new Segment(zeros.length, 1 + zeros.length, before, pieces, digest));
    byte[] table = table(digest, zeros.length, rows);
    byte[] packed = Zstd.compress(table);
    BundleHeader header = new BundleHeader(table.length, packed.length, Digest.of(table));
    try (OutputStream out = Files.newOutputStream(bundle)) {
      out.write(header.write());
      out.write(packed);
      for (int segment = 0; segment < rows.count(); segment++) {
        out.write(Coding.STORED.code());
        out.write(zeros);
      }
    }
    return 2L * zeros.length;
  }

  /// Two files of a segment each; the others are empty.
  private static byte[] table(Digest digest, int bytes, SegmentRows rows) {
    Digest nothing = Digest.of(new byte[0]);
    List<TargetFile> files = new ArrayList<>();
    List<Integer> permissions = new ArrayList<>();
    List<TargetFolder> folders = new ArrayList<>();
    folders.add(new TargetFolder("", 0755));
    for (int number = 0; number < BundleFormat.FILES_MAX; number++) {
      boolean isEmpty = number > 1;
      String name = "f".repeat(NAME_BYTES - 5).concat("%05d".formatted(number));
      files.add(new TargetFile(name, isEmpty ? 0 : bytes, false, isEmpty ? nothing : digest));
      permissions.add(0644);
      if (folders.size() < BundleFormat.FILES_MAX) {
        folders.add(new TargetFolder(name.replace('f', 'd'), 0755));
      }
    }
    var known = new BundleTable.Permissions(permissions, folders);
    return BundleTable.write(true, false, List.of(), files, Optional.of(known), rows);
  }
}
