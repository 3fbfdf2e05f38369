package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.protocol.id.Digest;
import io.avaje.jsonb.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Where the files of a signed release lie on this disk. Not part of the release.
///
/// @param files digest to path, relative to the list's own folder
@Json
record FilesList(Map<String, String> files) {
  FilesList {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  static String write(Map<Digest, Path> sources, Path envelope) {
    Path folder = envelope.toAbsolutePath().resolveSibling("");
    Map<String, String> files = new TreeMap<>();
    sources.forEach(
        (digest, source) ->
            files.put(digest.text(), folder.relativize(source.toAbsolutePath()).toString()));
    return AdminJson.write(new FilesList(files));
  }

  /// Empty when there is no list.
  static Map<Digest, Path> read(Path list, Path envelope) {
    if (!Files.isRegularFile(list)) {
      return Map.of();
    }
    try {
      Map<Digest, Path> sources = new LinkedHashMap<>();
      AdminJson.read(FilesList.class, Files.readString(list))
          .files()
          .forEach(
              (digest, path) ->
                  sources.put(
                      new Digest(digest),
                      envelope.toAbsolutePath().resolveSibling(path).normalize()));
      return sources;
    } catch (IOException | IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          "files-list",
          list + " is damaged (" + e.getMessage() + "); say --files DIR, or sign again",
          e);
    }
  }
}
