package dev.tombolo.hub.cli;

import dev.tombolo.hub.http.api.BundleShown;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// A bundle's table in rows and sums.
final class BundleReport {
  private BundleReport() {}

  static BundleShown of(Path file, long bytes, BundleTable table) throws BundleException {
    List<BundleShown.Row> rows = new ArrayList<>();
    List<TargetFile> files = table.files();
    int at = 0;
    long offset = 0;
    BundleTable.Segments segments = table.segments();
    for (Segment next = segments.next(); next != null; next = segments.next()) {
      while (offset >= files.get(at).size()) {
        offset -= files.get(at).size();
        at++;
      }
      rows.add(
          new BundleShown.Row(
              files.get(at).path(),
              offset,
              coding(next),
              next.length(),
              next.codedLength(),
              next.digest().text()));
      offset += next.length();
    }
    return new BundleShown(
        file.toString(),
        bytes,
        bytes - table.codedBytes(),
        table.plainBytes(),
        table.segmentCount(),
        table.baseFiles().stream().map(it -> new BundleShown.Needed(it.path(), it.size())).toList(),
        files.stream()
            .map(
                it ->
                    new BundleShown.Made(it.path(), it.size(), it.executable(), it.digest().text()))
            .toList(),
        sums(rows),
        rows);
  }

  static List<BundleShown.Row> dearest(List<BundleShown.Row> rows, int count) {
    return rows.stream()
        .sorted(Comparator.comparingLong(BundleShown.Row::codedBytes).reversed())
        .limit(count)
        .toList();
  }

  private static List<BundleShown.Sum> sums(List<BundleShown.Row> rows) {
    Map<String, List<BundleShown.Row>> byCoding = new TreeMap<>();
    for (BundleShown.Row row : rows) {
      byCoding.computeIfAbsent(row.coding(), _ -> new ArrayList<>()).add(row);
    }
    return byCoding.entrySet().stream()
        .map(
            it ->
                new BundleShown.Sum(
                    it.getKey(),
                    it.getValue().size(),
                    it.getValue().stream().mapToLong(BundleShown.Row::plainBytes).sum(),
                    it.getValue().stream().mapToLong(BundleShown.Row::codedBytes).sum()))
        .sorted(Comparator.comparingLong(BundleShown.Sum::codedBytes).reversed())
        .toList();
  }

  /// Like `copy+float16`, or `bytes<base`: new bytes that may refer to the base.
  private static String coding(Segment segment) {
    TreeSet<PieceKind> kinds = new TreeSet<>();
    segment.pieces().stream().map(Piece::kind).forEach(kinds::add);
    List<String> words = new ArrayList<>();
    for (PieceKind kind : kinds) {
      String word = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
      words.add(
          kind != PieceKind.BYTES
              ? word
              : switch (segment.prefix()) {
                case Prefix.None() -> word;
                case Prefix.Before _ -> word + "<before";
                case Prefix.OfBase _ -> word + "<base";
              });
    }
    return String.join("+", words);
  }
}
