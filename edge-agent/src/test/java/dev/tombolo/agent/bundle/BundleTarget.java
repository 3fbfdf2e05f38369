package dev.tombolo.agent.bundle;

import com.github.luben.zstd.Zstd;
import dev.tombolo.agent.bundle.BundleApply.Layout;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleHeader;
import dev.tombolo.protocol.bundle.BundleSamples;
import dev.tombolo.protocol.bundle.BundleSamples.Parts;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFolder;
import dev.tombolo.protocol.bundle.PrefixBytes;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.bundle.SegmentRows;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A bundle, applied to its base as a shop does it. Of one that comes in parts, all digests are put
/// right afterwards, so that what can be decoded is made: then it must be, to the byte.
public final class BundleTarget implements FuzzTarget {
  /// How an input is written.
  public enum Kind {
    /// As the file.
    FILE("bundle-file"),
    /// As [Parts].
    PARTS("bundle-parts");

    private final String target;

    Kind(String target) {
      this.target = target;
    }
  }

  /// What makes more is to be refused before anything is written.
  private static final int PLAIN_BYTES_MAX = 256 * 1024;

  private static final Set<PosixFilePermission> ALL = Permissions.of(0700);

  private final Kind kind;
  private final Path folder;
  private final Path place;
  private final Path bundle;
  private final Map<String, byte[]> bases = new HashMap<>();

  public BundleTarget(Kind kind) {
    this.kind = kind;
    try {
      folder = Files.createTempDirectory("fuzz-bundle");
      place = folder.resolve("place");
      bundle = folder.resolve("bundle");
      for (String name : List.of("base.safetensors", "cast-base.safetensors")) {
        base(name, BundleSamples.golden(name));
      }
      for (Map.Entry<String, byte[]> file : BundleSamples.folderBase().entrySet()) {
        base("base/" + file.getKey(), file.getValue());
      }
    } catch (IOException e) {
      throw new IllegalStateException("no folder to be fuzzed in", e);
    }
  }

  private void base(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.write(file, bytes);
    bases.put(name, bytes);
  }

  @Override
  public String name() {
    return kind.target;
  }

  @Override
  public List<byte[]> seeds() throws BundleException {
    List<byte[]> seeds = new ArrayList<>();
    for (String name : List.of("change.bundle", "cast.bundle", "whole.bundle")) {
      byte[] golden = BundleSamples.golden(name);
      seeds.add(kind == Kind.FILE ? golden : parts(golden).toBytes());
    }
    Parts small = BundleSamples.folder();
    seeds.add(kind == Kind.FILE ? file(small) : small.toBytes());
    return seeds;
  }

  private static Parts parts(byte[] golden) throws BundleException {
    try (ZstdUnpacking zstd = new ZstdUnpacking()) {
      return Parts.ofBundle(golden, zstd);
    }
  }

  private static byte[] file(Parts parts) {
    return parts.toBundle(Zstd.compress(parts.table()));
  }

  @Override
  public List<String> words() {
    return List.of(
        "TMBBNDL1",
        "config.json",
        "lib/run.sh",
        "lib",
        "../",
        "/etc/x",
        "a.bin",
        "\\",
        "CONFIG.JSON",
        "\u00e9",
        "e\u0301",
        "\u202e",
        "a".repeat(255),
        "a/".repeat(500));
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  /// As the program that applies a bundle has for its main thread.
  @Override
  public long stackBytes() {
    return 512 * 1024;
  }

  @Override
  public String run(byte[] input) throws IOException {
    if (kind == Kind.FILE) {
      return applied(input, table(input));
    }
    Parts parts = Parts.of(input);
    byte[] file = file(parts);
    @Nullable BundleTable table = table(file);
    String said = applied(file, table);
    if (table == null || table.plainBytes() > PLAIN_BYTES_MAX) {
      return said;
    }
    Contract.same(shown(table), shown(readAgain(table)));
    byte[] repaired = repaired(table, parts.coded());
    if (repaired != null) {
      Contract.same("taken", applied(repaired, table(repaired)));
      return said + " and taken";
    }
    return said;
  }

  private static @Nullable BundleTable table(byte[] file) {
    try (ZstdUnpacking zstd = new ZstdUnpacking()) {
      byte[] head = Arrays.copyOf(file, Math.min(file.length, BundleFormat.HEADER_BYTES));
      BundleHeader header = BundleHeader.read(head);
      int end = Math.min(file.length, head.length + header.packedTableLength());
      return header.table(Arrays.copyOfRange(file, head.length, end), zstd);
    } catch (BundleException e) {
      return null;
    }
  }

  /// All that a table says.
  private static List<Object> shown(BundleTable table) {
    List<Object> all = new ArrayList<>();
    all.add(table.targetIsFolder());
    all.add(table.baseIsFolder());
    all.addAll(table.baseFiles());
    all.addAll(table.files());
    all.add(table.permissions());
    all.addAll(segments(table));
    return all;
  }

  private static List<Segment> segments(BundleTable table) {
    try {
      List<Segment> all = new ArrayList<>();
      BundleTable.Segments rows = table.segments();
      for (Segment next = rows.next(); next != null; next = rows.next()) {
        all.add(next);
      }
      return all;
    } catch (BundleException e) {
      throw new AssertionError("does not hold: segments that were read once read again", e);
    }
  }

  private static BundleTable readAgain(BundleTable table) {
    try {
      return BundleTable.read(written(table, table.files(), segments(table)));
    } catch (BundleException e) {
      throw new AssertionError("does not hold: a table that was read reads again", e);
    }
  }

  private static byte[] written(BundleTable table, List<TargetFile> files, List<Segment> segments) {
    SegmentRows rows = new SegmentRows(table.baseFiles());
    segments.forEach(rows::add);
    return BundleTable.write(
        table.targetIsFolder(),
        table.baseIsFolder(),
        table.baseFiles(),
        files,
        table.permissions(),
        rows);
  }

  /// The bundle with the digests of what its segments decode to; null when they do not.
  private byte @Nullable [] repaired(BundleTable table, byte[] coded) throws IOException {
    List<Segment> segments = new ArrayList<>();
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    byte[] all = Arrays.copyOf(coded, (int) Math.min(table.codedBytes(), PLAIN_BYTES_MAX));
    if (all.length < table.codedBytes()) {
      return null;
    }
    try (ZstdUnpacking zstd = new ZstdUnpacking();
        BaseFiles base = BaseFiles.open(baseOf(table), BaseLinks.REFUSED, table)) {
      SegmentDecoder decoder = new SegmentDecoder(zstd, table.longestSegment());
      Window window = new Window(table.longestHistory(), table.longestSegment());
      byte[] old = new byte[table.longestSegment()];
      int at = 0;
      for (Segment each : segments(table)) {
        base.read(each, old);
        int room = window.room(each.length());
        PrefixBytes<IOException> prefix = window.prefix(each.prefix(), base);
        byte[] its = Arrays.copyOfRange(all, at, at + each.codedLength());
        decoder.decode(each, its, old, prefix, window.bytes(), room);
        byte[] made = Arrays.copyOfRange(window.bytes(), room, room + each.length());
        plain.writeBytes(made);
        segments.add(
            new Segment(
                each.length(), each.codedLength(), each.prefix(), each.pieces(), Digest.of(made)));
        at += each.codedLength();
      }
    } catch (BundleException | BaseException e) {
      return null;
    }
    byte[] whole = plain.toByteArray();
    List<TargetFile> files = new ArrayList<>();
    int at = 0;
    for (TargetFile each : table.files()) {
      byte[] its = Arrays.copyOfRange(whole, at, at + (int) each.size());
      files.add(new TargetFile(each.path(), each.size(), each.executable(), Digest.of(its)));
      at += its.length;
    }
    return file(new Parts(written(table, files, segments), all));
  }

  private Path baseOf(BundleTable table) {
    if (table.baseIsFolder()) {
      return folder.resolve("base");
    }
    boolean isCast =
        !table.baseFiles().isEmpty()
            && table.baseFiles().getFirst().size()
                == Objects.requireNonNull(bases.get("cast-base.safetensors")).length;
    return folder.resolve(isCast ? "cast-base.safetensors" : "base.safetensors");
  }

  /// Both ways.
  ///
  /// @param table null when it does not read
  private String applied(byte[] file, @Nullable BundleTable table) throws IOException {
    Files.write(bundle, file);
    String byPaths = applied(table, Layout.PATHS);
    String byDigests = applied(table, Layout.DIGESTS);
    Contract.holds(byPaths.equals(byDigests), "both ways come to the same: " + byPaths);
    return byPaths;
  }

  private String applied(@Nullable BundleTable table, Layout layout) throws IOException {
    Files.createDirectory(place);
    Path out = place.resolve("out");
    long bytes = table == null ? 0 : Math.min(PLAIN_BYTES_MAX, table.plainBytes());
    Path base = table == null ? folder.resolve("base") : baseOf(table);
    try {
      BundleApply.apply(
          base,
          bundle,
          new BundleApply.Wanted(out, layout, OptionalLong.of(bytes)),
          _ -> {},
          _ -> {});
      Contract.holds(table != null && table.plainBytes() == bytes, "only what was wanted is made");
      Contract.same(List.of("out"), names(place));
      holdsWhatItSays(Objects.requireNonNull(table), layout, out);
      return "taken";
    } catch (RefusedBundleException | BaseException e) {
      Contract.same(List.of(), names(place));
      return Contract.refused(e.getMessage());
    } finally {
      Leavings.delete(place);
      isAsItWas();
    }
  }

  /// Nothing but what is wanted has been written.
  private void isAsItWas() throws IOException {
    Contract.same(
        List.of("base", "base.safetensors", "bundle", "cast-base.safetensors"), names(folder));
    Map<String, byte[]> found = contents(folder);
    found.remove("bundle");
    Contract.same(bases.keySet(), found.keySet());
    for (Map.Entry<String, byte[]> file : found.entrySet()) {
      Contract.holds(
          Arrays.equals(file.getValue(), bases.get(file.getKey())), "the base is as it was");
    }
  }

  private static void holdsWhatItSays(BundleTable table, Layout layout, Path out)
      throws IOException {
    if (layout == Layout.PATHS) {
      hasItsPermissions(table, out);
    }
    open(out);
    Map<String, byte[]> found = contents(out);
    Set<String> wanted = new HashSet<>();
    for (TargetFile each : table.files()) {
      String name = layout == Layout.DIGESTS ? each.digest().hex() : each.path();
      wanted.add(name);
      byte[] bytes = found.get(name);
      Contract.holds(
          bytes != null && bytes.length == each.size() && Digest.of(bytes).equals(each.digest()),
          "each file is what the bundle says");
    }
    Contract.same(wanted, found.keySet());
  }

  private static void hasItsPermissions(BundleTable table, Path out) throws IOException {
    if (table.permissions().isEmpty()) {
      return;
    }
    BundleTable.Permissions all = table.permissions().get();
    List<TargetFolder> folders = all.folders();
    for (int i = 0; i < folders.size(); i++) {
      Path each = out.resolve(folders.get(i).path());
      Contract.same(Permissions.of(folders.get(i).permissions()), permissions(each));
      // The last comes first, so that whoever is not root may go on into it.
      Files.setPosixFilePermissions(each, ALL);
    }
    for (int i = 0; i < table.files().size(); i++) {
      Path each = table.targetIsFolder() ? out.resolve(table.files().get(i).path()) : out;
      Contract.same(Permissions.of(all.files().get(i)), permissions(each));
    }
  }

  private static Set<PosixFilePermission> permissions(Path path) throws IOException {
    return Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
  }

  /// Whoever made it may read all of it again.
  private static void open(Path path) throws IOException {
    Contract.holds(!Files.isSymbolicLink(path), "no link is made");
    Files.setPosixFilePermissions(path, ALL);
    if (Files.isDirectory(path)) {
      for (String name : names(path)) {
        open(path.resolve(name));
      }
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /// By path; empty for a file itself.
  private static Map<String, byte[]> contents(Path of) throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    try (Stream<Path> all = Files.walk(of)) {
      for (Path file : all.filter(it -> !Files.isDirectory(it)).toList()) {
        contents.put(of.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
