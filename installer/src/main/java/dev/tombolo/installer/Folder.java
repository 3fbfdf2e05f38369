package dev.tombolo.installer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Whole-folder work: copy, delete, and replacing one folder by another in two renames.
final class Folder {
  private Folder() {}

  static void copy(Path from, Path to) throws IOException {
    for (Path file : tree(from)) {
      Path target = to.resolve(from.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(target);
      } else {
        Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (Path file : tree(folder).reversed()) {
        Files.delete(file);
      }
    }
  }

  /// Puts `made` where `place` is. A program that runs from `place` keeps its open files.
  static void replace(Path place, Path made) throws IOException {
    Path old = place.resolveSibling(place.getFileName() + ".old");
    delete(old);
    if (Files.exists(place)) {
      Files.move(place, old);
    }
    Files.move(made, place);
    delete(old);
  }

  /// Gives every file one time, so that the same inputs pack to the same bytes.
  static void setTimes(Path folder, FileTime time) throws IOException {
    for (Path file : tree(folder).reversed()) {
      if (!Files.isSymbolicLink(file)) {
        Files.setLastModifiedTime(file, time);
      }
    }
  }

  /// Everything below and including the folder, parents first.
  private static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted(Comparator.naturalOrder()).toList();
    } catch (UncheckedIOException broken) {
      throw broken.getCause();
    }
  }
}
