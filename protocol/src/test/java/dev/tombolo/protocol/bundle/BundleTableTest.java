package dev.tombolo.protocol.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFolder;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The table of a bundle, there and back, and what it refuses.
class BundleTableTest {
  private static final Digest DIGEST = Digest.ofText("plain");
  private static final List<BaseFile> BASE =
      List.of(new BaseFile("config.json", 300), new BaseFile("model.onnx", 5_000_000_000L));
  private static final List<TargetFile> FILES =
      List.of(
          new TargetFile("config.json", 350, false, Digest.ofText("config")),
          new TargetFile("empty", 0, false, Digest.ofText("")),
          new TargetFile("run.sh", 50, true, Digest.ofText("run")));

  private static final List<Segment> SEGMENTS =
      List.of(
          new Segment(
              304,
              40,
              new Prefix.OfBase(0, 0, 300),
              List.of(
                  new Piece(PieceKind.COPY, 100, 0, 0),
                  new Piece(PieceKind.COPY, 100, 0, 100),
                  Piece.withoutBase(PieceKind.BYTES, 100),
                  new Piece(PieceKind.FLOAT32, 4, 1, 4_999_999_996L)),
              DIGEST),
          new Segment(
              96,
              96,
              new Prefix.Before(304),
              List.of(Piece.withoutBase(PieceKind.BYTES, 96)),
              DIGEST));

  @Test
  void aTableReadsAsItWasWritten() throws BundleException {
    BundleTable table = BundleTable.read(table(FILES, SEGMENTS));

    assertThat(table.files()).isEqualTo(FILES);
    assertThat(table.baseFiles()).isEqualTo(BASE);
    assertThat(segments(table)).isEqualTo(SEGMENTS);
    assertThat(table.plainBytes()).isEqualTo(400);
    assertThat(table.codedBytes()).isEqualTo(136);
    assertThat(table.longestHistory()).isEqualTo(304);
  }

  /// The bytes of `docs/protocol.md`.
  @Test
  void aSmallTableHasTheBytesThatAreDocumented() {
    byte[] written =
        BundleTable.write(
            false,
            false,
            List.of(new BaseFile("", 12)),
            List.of(new TargetFile("", 8, false, DIGEST)),
            Optional.empty(),
            rows(
                List.of(new BaseFile("", 12)),
                new Segment(
                    8,
                    3,
                    Prefix.NONE,
                    List.of(
                        new Piece(PieceKind.COPY, 4, 0, 8), Piece.withoutBase(PieceKind.BYTES, 4)),
                    DIGEST)));

    String digest = DIGEST.hex();
    assertThat(HexFormat.of().formatHex(written))
        .isEqualTo(
            "00"
                + "01"
                + "000c"
                + "01"
                + "0008"
                + "00"
                + digest
                + "01"
                + "08"
                + "03"
                + "00"
                + "02"
                + "81010008"
                + "8201"
                + digest);
  }

  @Test
  void permissionsAndFoldersReadAsTheyWereWritten() throws BundleException {
    BundleTable.Permissions permissions =
        new BundleTable.Permissions(
            List.of(0600, 0444, 0700),
            List.of(
                new TargetFolder("", 0755),
                new TargetFolder("empty folder", 0777),
                new TargetFolder("empty folder/one more", 0500)));

    BundleTable table = BundleTable.read(table(permissions));

    assertThat(table.permissions()).contains(permissions);
    assertThat(segments(table)).isEqualTo(SEGMENTS);
    assertThat(BundleTable.read(table(FILES, SEGMENTS)).permissions()).isEmpty();
  }

  @Test
  void foldersThatCannotBeAreRefused() {
    List<Integer> usual = List.of(0644, 0644, 0755);
    TargetFolder target = new TargetFolder("", 0755);
    for (List<TargetFolder> folders :
        List.of(
            List.of(new TargetFolder("lib", 0755)),
            List.of(target, target),
            List.of(target, new TargetFolder("..", 0755)),
            List.of(target, new TargetFolder("/etc", 0755)),
            List.of(target, new TargetFolder("lib/deep", 0755)),
            List.of(target, new TargetFolder("run.sh", 0755)),
            List.of(target, new TargetFolder("lib", 0755), new TargetFolder("lib", 0755)),
            List.of(new TargetFolder("", 01755)))) {
      assertThatExceptionOfType(BundleException.class)
          .as(folders.toString())
          .isThrownBy(() -> BundleTable.read(table(new BundleTable.Permissions(usual, folders))));
    }
    assertThatExceptionOfType(BundleException.class)
        .as("nothing may run as somebody else")
        .isThrownBy(
            () ->
                BundleTable.read(
                    table(new BundleTable.Permissions(List.of(0644, 0644, 04755), List.of()))));
  }

  private static byte[] table(BundleTable.Permissions permissions) {
    return BundleTable.write(
        true,
        true,
        BASE,
        FILES,
        Optional.of(permissions),
        rows(BASE, SEGMENTS.toArray(Segment[]::new)));
  }

  private static SegmentRows rows(List<BaseFile> base, Segment... segments) {
    SegmentRows rows = new SegmentRows(base);
    for (Segment segment : segments) {
      rows.add(segment);
    }
    return rows;
  }

  @Test
  void pathsThatLeaveTheFolderAreRefused() {
    for (String path : List.of("../x", "/etc/passwd", "a/../../b", "", "a\\b", "run.sh/x")) {
      List<TargetFile> files = new ArrayList<>(FILES);
      files.set(0, new TargetFile(path, 350, false, DIGEST));
      assertThatExceptionOfType(BundleException.class)
          .as(path)
          .isThrownBy(() -> BundleTable.read(table(files, SEGMENTS)));
    }
  }

  @Test
  void whatDoesNotAddUpIsRefused() {
    refused(List.of(SEGMENTS.getFirst()), "its segments make 304 bytes, its files are 400");
    refused(
        List.of(SEGMENTS.getLast(), SEGMENTS.getFirst()),
        "a segment refers to what stands before the beginning");
    refused(
        List.of(segment(400, new Piece(PieceKind.COPY, 400, 0, 0))),
        "it refers to bytes that its base does not have");
    refused(
        List.of(segment(400, new Piece(PieceKind.COPY, 400, 2, 0))),
        "it refers to bytes that its base does not have");
    refused(
        List.of(segment(400, Piece.withoutBase(PieceKind.NEW32, 398))),
        "a piece of 398 bytes is not whole");
    refused(
        List.of(segment(400, Piece.withoutBase(PieceKind.BYTES, 390))),
        "the pieces of a segment are 390 bytes, the segment is 400");
    refused(
        List.of(segment(5 << 20, Piece.withoutBase(PieceKind.BYTES, 400))),
        "SEGMENT_BYTES_MAX: 5242880 is more than 4194304");
  }

  @Test
  void aChangedTableIsRefusedOrReadsAsSomethingThatHolds() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = table(FILES, SEGMENTS);
      for (int change = random.nextInt(3); change >= 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        BundleTable table = BundleTable.read(bytes);
        assertThat(segments(table).stream().mapToLong(Segment::length).sum())
            .isEqualTo(table.plainBytes());
      } catch (BundleException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  private static void refused(List<Segment> segments, String message) {
    assertThatExceptionOfType(BundleException.class)
        .isThrownBy(() -> BundleTable.read(table(FILES, segments)))
        .withMessage(message);
  }

  private static Segment segment(int length, Piece piece) {
    return new Segment(length, 0, Prefix.NONE, List.of(piece), DIGEST);
  }

  private static byte[] table(List<TargetFile> files, List<Segment> segments) {
    return BundleTable.write(
        true, true, BASE, files, Optional.empty(), rows(BASE, segments.toArray(Segment[]::new)));
  }

  private static List<Segment> segments(BundleTable table) throws BundleException {
    List<Segment> read = new ArrayList<>();
    BundleTable.Segments all = table.segments();
    for (Segment next = all.next(); next != null; next = all.next()) {
      read.add(next);
    }
    return read;
  }
}
