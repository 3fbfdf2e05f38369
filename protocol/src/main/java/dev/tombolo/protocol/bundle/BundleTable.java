package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.PathCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a bundle consists of. Its segments are read one at a time, since there may be many.
public final class BundleTable {
  private static final int TARGET_IS_FOLDER = 1;
  private static final int BASE_IS_FOLDER = 2;
  private static final int HAS_PERMISSIONS = 4;
  private static final int FLAGS = TARGET_IS_FOLDER | BASE_IS_FOLDER | HAS_PERMISSIONS;

  /// The nine bits: nothing that runs as somebody else.
  private static final int PERMISSIONS_MAX = 0777;

  /// A file that the bundle needs unchanged.
  ///
  /// @param path empty when the base is one file
  public record BaseFile(String path, long size) {}

  /// A file that the bundle makes.
  ///
  /// @param path empty when the target is one file
  public record TargetFile(String path, long size, boolean executable, Digest digest) {}

  /// A folder that the bundle makes.
  ///
  /// @param path empty for the target itself
  /// @param permissions the nine bits, as `chmod` takes them
  public record TargetFolder(String path, int permissions) {}

  /// Who may read, write and run what the bundle makes.
  ///
  /// @param files the nine bits of each file, in their order
  /// @param folders all of them, those without a file too; a folder comes before what is in it
  public record Permissions(List<Integer> files, List<TargetFolder> folders) {
    public Permissions {
      files = List.copyOf(files);
      folders = List.copyOf(folders);
    }
  }

  private final boolean targetIsFolder;
  private final boolean baseIsFolder;
  private final List<BaseFile> baseFiles;
  private final List<TargetFile> files;
  private final Optional<Permissions> permissions;

  /// By themselves: the names before them, which may be most of the table, are held once.
  private final byte[] segmentRows;

  private final int segmentCount;
  private int longestSegment;
  private int longestCoded;
  private int longestPrefix;
  private int longestHistory;
  private long codedBytes;

  private BundleTable(byte[] plain) throws BundleException {
    ByteSource in = new ByteSource(plain, 0, plain.length);
    int flags = in.small("the table's flags", FLAGS);
    targetIsFolder = (flags & TARGET_IS_FOLDER) != 0;
    baseIsFolder = (flags & BASE_IS_FOLDER) != 0;
    baseFiles = readBase(in);
    files = readTarget(in);
    permissions =
        (flags & HAS_PERMISSIONS) == 0 ? Optional.empty() : Optional.of(readPermissions(in));
    segmentCount = in.small("SEGMENTS_MAX", BundleFormat.SEGMENTS_MAX);
    segmentRows = Arrays.copyOfRange(plain, in.at(), plain.length);
    checkSegments();
  }

  /// Reads and checks a whole table, every segment too, so that nothing later can surprise.
  public static BundleTable read(byte[] plain) throws BundleException {
    if (plain.length > BundleFormat.TABLE_BYTES_MAX) {
      throw new BundleException("its table exceeds TABLE_BYTES_MAX");
    }
    return new BundleTable(plain);
  }

  public static byte[] write(
      boolean targetIsFolder,
      boolean baseIsFolder,
      List<BaseFile> baseFiles,
      List<TargetFile> files,
      Optional<Permissions> permissions,
      SegmentRows segments) {
    ByteSink out = new ByteSink();
    out.number(
        (targetIsFolder ? TARGET_IS_FOLDER : 0)
            | (baseIsFolder ? BASE_IS_FOLDER : 0)
            | (permissions.isPresent() ? HAS_PERMISSIONS : 0));
    out.number(baseFiles.size());
    for (BaseFile file : baseFiles) {
      out.text(file.path()).number(file.size());
    }
    out.number(files.size());
    for (TargetFile file : files) {
      out.text(file.path()).number(file.size()).oneByte(file.executable() ? 1 : 0);
      out.bytes(file.digest().bytes());
    }
    permissions.ifPresent(known -> write(known, out));
    out.number(segments.count()).bytes(segments.toBytes());
    return out.toBytes();
  }

  private static void write(Permissions permissions, ByteSink out) {
    permissions.files().forEach(out::number);
    out.number(permissions.folders().size());
    for (TargetFolder folder : permissions.folders()) {
      out.text(folder.path()).number(folder.permissions());
    }
  }

  public boolean targetIsFolder() {
    return targetIsFolder;
  }

  public boolean baseIsFolder() {
    return baseIsFolder;
  }

  public List<BaseFile> baseFiles() {
    return baseFiles;
  }

  public List<TargetFile> files() {
    return files;
  }

  /// Empty when whoever applies it is to decide.
  public Optional<Permissions> permissions() {
    return permissions;
  }

  public int segmentCount() {
    return segmentCount;
  }

  public int longestSegment() {
    return longestSegment;
  }

  public int longestCoded() {
    return longestCoded;
  }

  public int longestPrefix() {
    return longestPrefix;
  }

  /// How much of what stands before a segment is ever asked for.
  public int longestHistory() {
    return longestHistory;
  }

  /// Bytes of all segments in the bundle.
  public long codedBytes() {
    return codedBytes;
  }

  public long plainBytes() {
    long bytes = 0;
    for (TargetFile file : files) {
      bytes += file.size();
    }
    return bytes;
  }

  public Segments segments() {
    return new Segments();
  }

  /// The segments in their order.
  public final class Segments {
    private final ByteSource in = new ByteSource(segmentRows, 0, segmentRows.length);
    private final SegmentCodec codec = new SegmentCodec(baseFiles);
    private int read;

    /// Null behind the last one.
    public @Nullable Segment next() throws BundleException {
      if (read == segmentCount) {
        in.mustBeAtEnd("the table");
        return null;
      }
      read++;
      return codec.read(in);
    }
  }

  private List<BaseFile> readBase(ByteSource in) throws BundleException {
    int count = in.small("FILES_MAX of the base", BundleFormat.FILES_MAX);
    List<BaseFile> read = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = in.text("a path of the base", PathCheck.PATH_BYTES_MAX);
      paths.add(path);
      read.add(new BaseFile(path, in.number("PLAIN_BYTES_MAX", BundleFormat.PLAIN_BYTES_MAX)));
    }
    check(baseIsFolder, paths);
    return List.copyOf(read);
  }

  private List<TargetFile> readTarget(ByteSource in) throws BundleException {
    int count = in.small("FILES_MAX", BundleFormat.FILES_MAX);
    List<TargetFile> read = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = in.text("a path", PathCheck.PATH_BYTES_MAX);
      long size = in.number("PLAIN_BYTES_MAX", BundleFormat.PLAIN_BYTES_MAX);
      boolean executable = in.small("a file's flags", 1) == 1;
      paths.add(path);
      read.add(new TargetFile(path, size, executable, Digest.ofHash(in.take(32))));
    }
    if (!targetIsFolder && count != 1) {
      throw new BundleException("it says that it makes one file, and lists " + count);
    }
    check(targetIsFolder, paths);
    return List.copyOf(read);
  }

  private Permissions readPermissions(ByteSource in) throws BundleException {
    List<Integer> ofFiles = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      ofFiles.add(in.small("the permissions of a file", PERMISSIONS_MAX));
    }
    int count = in.small("FILES_MAX of folders", BundleFormat.FILES_MAX);
    List<TargetFolder> folders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String path = in.text("the path of a folder", PathCheck.PATH_BYTES_MAX);
      folders.add(new TargetFolder(path, in.small("the permissions of a folder", PERMISSIONS_MAX)));
    }
    checkFolders(folders);
    return new Permissions(ofFiles, folders);
  }

  /// The first is the target itself, each other one lies in one before it, and none is a file.
  private void checkFolders(List<TargetFolder> folders) throws BundleException {
    if (!targetIsFolder && !folders.isEmpty()) {
      throw new BundleException("a single file must not have folders");
    }
    Set<String> names = new HashSet<>();
    for (TargetFile file : files) {
      names.add(file.path());
    }
    Set<String> known = new HashSet<>();
    for (TargetFolder folder : folders) {
      String path = folder.path();
      if (known.isEmpty() != path.isEmpty()) {
        throw new BundleException("the first of its folders, and no other, must be the target");
      }
      if (!path.isEmpty()) {
        Reason problem = PathCheck.problem(path);
        if (problem != null) {
          throw new BundleException(ReasonText.say(problem));
        }
        String parent = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        if (!known.contains(parent) || names.contains(path)) {
          throw new BundleException("a folder is a file, or lies in one that is not listed");
        }
      }
      if (!known.add(path)) {
        throw new BundleException("a folder is listed twice");
      }
    }
  }

  private static void check(boolean folder, List<String> paths) throws BundleException {
    if (!folder) {
      if (paths.size() > 1 || !paths.isEmpty() && !paths.getFirst().isEmpty()) {
        throw new BundleException("a single file must not have a path");
      }
      return;
    }
    Reason problem = PathCheck.problem(paths);
    if (problem != null) {
      throw new BundleException(ReasonText.say(problem));
    }
  }

  private void checkSegments() throws BundleException {
    long plainSum = 0;
    Segments all = segments();
    for (Segment segment = all.next(); segment != null; segment = all.next()) {
      if (segment.prefix() instanceof Prefix.Before(int length)) {
        if (length > plainSum) {
          throw new BundleException("a segment refers to what stands before the beginning");
        }
        longestHistory = Math.max(longestHistory, length);
      }
      plainSum += segment.length();
      codedBytes += segment.codedLength();
      longestSegment = Math.max(longestSegment, segment.length());
      longestCoded = Math.max(longestCoded, segment.codedLength());
      longestPrefix = Math.max(longestPrefix, segment.prefix().length());
    }
    long wanted = 0;
    for (TargetFile file : files) {
      wanted += file.size();
      if (wanted > BundleFormat.PLAIN_BYTES_MAX) {
        throw new BundleException("all files together exceed PLAIN_BYTES_MAX");
      }
    }
    if (plainSum != wanted) {
      throw new BundleException(
          "its segments make " + plainSum + " bytes, its files are " + wanted);
    }
  }
}
