package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.config.YamlMap;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One entry of a variant's `files:`: a path, or a pattern like `model/**`, relative to the
/// `release.yaml`, and where the files go in the release. Links are refused: what is signed must be
/// what lies there.
///
/// @param to a folder when it ends with `/`, else the one file's new path; empty keeps the path
/// @param executable empty takes over what the file system says
public record FilePick(String from, String to, Optional<Boolean> executable, YamlMap where) {
  /// A file found.
  ///
  /// @param path in the release
  record Found(Path source, String path, boolean executable) {}

  static FilePick read(YamlMap yaml) {
    FilePick pick =
        new FilePick(
            yaml.text("from"),
            yaml.text("to", ""),
            yaml.has("executable") ? Optional.of(yaml.flag("executable", false)) : Optional.empty(),
            yaml);
    yaml.noMore();
    pick.refuseOutside("from", pick.from);
    pick.refuseOutside("to", pick.to);
    if (pick.isPattern() && !pick.to.isEmpty() && !pick.to.endsWith("/")) {
      throw yaml.fault("to", "'" + pick.to + "' must end with '/': the pattern may find many");
    }
    return pick;
  }

  /// Sorted by path.
  List<Found> find(Path folder) throws IOException {
    List<Found> found = isPattern() ? matching(folder) : List.of(exactly(folder));
    if (found.isEmpty()) {
      throw where.fault("from", "'" + from + "' finds no file in " + folder);
    }
    return found;
  }

  private boolean isPattern() {
    return from.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private Found exactly(Path folder) throws IOException {
    Path at = folder;
    for (Path part : Path.of(from)) {
      at = at.resolve(part);
      refuseLink(folder, at);
    }
    if (Files.isDirectory(at)) {
      throw where.fault(
          "from", "'" + from + "' is a folder; write '" + from + "/**' for all that is in it");
    }
    if (!Files.isRegularFile(at)) {
      throw where.fault("from", "there is no file '" + from + "' in " + folder);
    }
    String name = String.valueOf(at.getFileName());
    return found(at, to.isEmpty() ? from : to.endsWith("/") ? to + name : to);
  }

  private List<Found> matching(Path folder) throws IOException {
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + from);
    } catch (IllegalArgumentException e) {
      throw where.fault("from", "'" + from + "' is not a pattern: " + e.getMessage());
    }
    Path fixed = fixedPart();
    Path start = folder.resolve(fixed);
    int parts = start.equals(folder) ? 0 : fixed.getNameCount();
    for (int i = 1; i <= parts; i++) {
      refuseLink(folder, folder.resolve(fixed.subpath(0, i)));
    }
    if (!Files.isDirectory(start, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> walk = Files.walk(start)) {
      List<Path> hits =
          walk.filter(path -> matcher.matches(folder.relativize(path)))
              .filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
              .sorted()
              .toList();
      hits.forEach(path -> refuseLink(folder, path));
      return hits.stream()
          .filter(Files::isRegularFile)
          .map(
              path ->
                  found(
                      path,
                      to.isEmpty()
                          ? slashed(folder.relativize(path))
                          : to + slashed(start.relativize(path))))
          .toList();
    }
  }

  /// The leading folders of the pattern that hold no wildcard.
  private Path fixedPart() {
    Path fixed = Path.of("");
    for (String part : from.split("/", -1)) {
      if (part.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0)) {
        return fixed;
      }
      fixed = fixed.resolve(part);
    }
    return fixed;
  }

  private Found found(Path source, String path) {
    return new Found(source, path, executable.orElseGet(() -> Files.isExecutable(source)));
  }

  private void refuseLink(Path folder, Path path) {
    if (Files.isSymbolicLink(path)) {
      throw where.fault(
          "from",
          "'"
              + slashed(folder.relativize(path))
              + "' is a link; put the file itself there, releases hold no links");
    }
  }

  private void refuseOutside(String key, String path) {
    Optional<String> wrong =
        path.startsWith("/") || path.startsWith("~") || path.contains("\\")
            ? Optional.of("is absolute; write it relative to the release.yaml, with '/'")
            : Stream.of(path.split("/", -1)).anyMatch(".."::equals)
                ? Optional.of("leaves the folder by '..'; move the files below the release.yaml")
                : Optional.empty();
    wrong.ifPresent(
        what -> {
          throw where.fault(key, "'" + path + "' " + what);
        });
  }

  private static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }

  YamlFault twice(String path) {
    return where.fault("from", "'" + path + "' is in this variant already; name it once");
  }
}
