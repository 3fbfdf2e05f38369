package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.PathCheck;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A file or a folder of files, open for reading at any place. Large files are mapped, small ones
/// read when they are looked at; the paths keep the rules for releases.
final class Tree implements AutoCloseable {
  /// A smaller file is read: the number of mappings of a process is bounded.
  private static final int MAPPED_BYTES_MIN = 64 << 10;

  /// What is done about what is no file in a folder: devices, and links that are not followed.
  enum Others {
    /// A bundle could not make them.
    REFUSED,
    /// A bundle does not need them.
    SKIPPED
  }

  /// A file.
  static final class Entry {
    private final int index;
    private final String path;
    private final Path file;
    private final long size;
    private final int permissions;
    private final @Nullable MemorySegment mapped;
    private final SmallFiles small;

    private Entry(
        int index,
        String path,
        Path file,
        long size,
        @Nullable MemorySegment mapped,
        SmallFiles small)
        throws IOException {
      this.index = index;
      this.path = path;
      this.file = file;
      this.size = size;
      this.mapped = mapped;
      this.small = small;
      permissions = Permissions.of(file);
    }

    int index() {
      return index;
    }

    /// Empty when the tree is one file.
    String path() {
      return path;
    }

    long size() {
      return size;
    }

    int permissions() {
      return permissions;
    }

    /// Whether its owner may run it, whatever the disk it lies on allows.
    boolean executable() {
      return Permissions.ownerMayRun(permissions);
    }

    /// @throws java.io.UncheckedIOException when it cannot be read
    MemorySegment content() {
      return mapped == null ? small.content(file, size) : mapped;
    }
  }

  /// A folder.
  ///
  /// @param path empty for the tree itself
  record Folder(String path, int permissions) {}

  private final boolean folder;
  private final Arena arena;
  private final SmallFiles small = new SmallFiles();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Folder> folders = new ArrayList<>();
  private final Map<String, Entry> byPath = new HashMap<>();
  private final String fileName;
  private int linksFollowed;
  private int passedOver;
  private @Nullable Path firstPassedOver;

  @SuppressWarnings("MustBeClosedChecker") // closed with the tree
  private Tree(boolean folder, String fileName) {
    this.folder = folder;
    this.fileName = fileName;
    arena = Arena.ofShared();
  }

  static Tree nothing() {
    return new Tree(true, "");
  }

  /// @param given may be a link, whatever is done about those in it
  static Tree open(Path given, Links links, Others others) throws IOException {
    if (!Files.exists(given)) {
      throw new NoSuchFileException(given.toString());
    }
    Path path = given.toRealPath();
    boolean folder = Files.isDirectory(path);
    if (!folder && !Files.isRegularFile(path)) {
      throw new UnfitException(given + " is a device or a pipe; say a file or a folder");
    }
    Path name = given.toAbsolutePath().normalize().getFileName();
    Tree tree = new Tree(folder, name == null ? "" : name.toString());
    try {
      List<Path> folders = new ArrayList<>();
      List<Path> files = folder ? tree.filesIn(path, links, others, folders) : List.of(path);
      List<String> paths = new ArrayList<>();
      for (Path file : files) {
        paths.add(folder ? path.relativize(file).toString() : "");
      }
      Reason problem = folder ? PathCheck.problem(paths) : null;
      if (problem != null) {
        throw new UnfitException(ReasonText.say(problem));
      }
      for (int i = 0; i < files.size(); i++) {
        tree.add(paths.get(i), files.get(i));
      }
      for (Path each : folders) {
        tree.folders.add(new Folder(path.relativize(each).toString(), Permissions.of(each)));
      }
      return tree;
    } catch (IOException | RuntimeException e) {
      tree.close();
      throw e;
    }
  }

  boolean isFolder() {
    return folder;
  }

  List<Entry> entries() {
    return entries;
  }

  /// With the tree itself, if it is one.
  List<Folder> folders() {
    return folders;
  }

  /// The name by which to tell what kind of file it is.
  String nameOf(Entry entry) {
    return entry.path().isEmpty() ? fileName : entry.path();
  }

  @Nullable Entry at(String path) {
    return byPath.get(path);
  }

  /// Of those that lead to files; none unless they are followed.
  int linksFollowed() {
    return linksFollowed;
  }

  /// How many links and devices are left out.
  int passedOver() {
    return passedOver;
  }

  /// Null when nothing is left out.
  @Nullable Path firstPassedOver() {
    return firstPassedOver;
  }

  /// Whether it is the content of one of the files, maybe by a link.
  boolean reads(Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    Path real = file.toRealPath();
    return entries.stream().anyMatch(entry -> entry.file.equals(real));
  }

  long size() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  @Override
  public void close() {
    arena.close();
  }

  private void add(String path, Path found) throws IOException {
    Path file = found;
    if (Files.isSymbolicLink(found)) {
      linksFollowed++;
      file = found.toRealPath();
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      MemorySegment mapped =
          size < MAPPED_BYTES_MIN
              ? null
              : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      Entry entry = new Entry(entries.size(), path, file, size, mapped, small);
      entries.add(entry);
      byPath.put(path, entry);
    }
  }

  private void passOver(Path found) {
    firstPassedOver = firstPassedOver == null ? found : firstPassedOver;
    passedOver++;
  }

  private List<Path> filesIn(Path folder, Links links, Others others, List<Path> folders)
      throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path found, BasicFileAttributes attributes)
              throws IOException {
            folders.add(found);
            mustBeFew(folders, "folders");
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            boolean isFollowed = links == Links.FOLLOWED && Files.isRegularFile(file);
            if (!attributes.isRegularFile() && !isFollowed) {
              if (others == Others.SKIPPED) {
                passOver(file);
                return FileVisitResult.CONTINUE;
              }
              throw new UnfitException(
                  file
                      + (links == Links.FOLLOWED && attributes.isSymbolicLink()
                          ? " is a link, and not to a file"
                          : " is a link or a device")
                      + "; a bundle has plain files only, so put the file there");
            }
            files.add(file);
            mustBeFew(files, "files");
            return FileVisitResult.CONTINUE;
          }

          private void mustBeFew(List<Path> found, String what) throws UnfitException {
            if (found.size() > BundleFormat.FILES_MAX) {
              throw new UnfitException(
                  folder
                      + " has more than "
                      + BundleFormat.FILES_MAX
                      + " "
                      + what
                      + " (FILES_MAX); pack some of them into one");
            }
          }
        });
    folders.sort(Comparator.comparing(each -> folder.relativize(each).toString()));
    files.sort(Comparator.comparing(file -> folder.relativize(file).toString()));
    return files;
  }
}
