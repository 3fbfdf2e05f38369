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
import java.nio.file.LinkOption;
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

/// A file or a folder of files, open for reading at any place. Large files are mapped, not read;
/// the paths keep the rules for releases.
final class Tree implements AutoCloseable {
  /// A smaller file is read at once: the number of mappings of a process is bounded.
  private static final int MAPPED_BYTES_MIN = 64 << 10;

  /// @param path empty when the tree is one file
  record Entry(int index, String path, boolean executable, MemorySegment content) {
    long size() {
      return content.byteSize();
    }
  }

  private final boolean folder;
  private final Arena arena;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Entry> byPath = new HashMap<>();
  private final String fileName;

  @SuppressWarnings("MustBeClosedChecker") // closed with the tree
  private Tree(boolean folder, String fileName) {
    this.folder = folder;
    this.fileName = fileName;
    arena = Arena.ofShared();
  }

  static Tree nothing() {
    return new Tree(true, "");
  }

  /// @param given may be a link; what it leads to has none
  static Tree open(Path given) throws IOException {
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
      List<Path> files = folder ? filesIn(path) : List.of(path);
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

  /// The name by which to tell what kind of file it is.
  String nameOf(Entry entry) {
    return entry.path().isEmpty() ? fileName : entry.path();
  }

  @Nullable Entry at(String path) {
    return byPath.get(path);
  }

  long size() {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  @Override
  public void close() {
    arena.close();
  }

  private void add(String path, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      MemorySegment content =
          size < MAPPED_BYTES_MIN
              ? MemorySegment.ofArray(Files.readAllBytes(file))
              : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      Entry entry = new Entry(entries.size(), path, Files.isExecutable(file), content);
      entries.add(entry);
      byPath.put(path, entry);
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
              throw new UnfitException(
                  file
                      + " is a link or a device; a bundle has plain files only, so put the file there");
            }
            files.add(file);
            if (files.size() > BundleFormat.FILES_MAX) {
              throw new UnfitException(
                  folder
                      + " has more than "
                      + BundleFormat.FILES_MAX
                      + " files (FILES_MAX); pack some of them into one");
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(Comparator.comparing(file -> folder.relativize(file).toString()));
    return files;
  }
}
