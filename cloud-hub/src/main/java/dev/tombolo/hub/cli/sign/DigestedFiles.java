package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.cli.screen.Progress;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The files of a release with their digests.
///
/// @param perVariant in the draft's order of variants
/// @param sources where the bytes of each digest lie
public record DigestedFiles(List<List<Variant.File>> perVariant, Map<Digest, Path> sources) {
  private static final int BLOCK_BYTES = 1 << 16;

  public DigestedFiles {
    perVariant = perVariant.stream().map(List::copyOf).toList();
    sources = Map.copyOf(sources);
  }

  /// @param folder of the `release.yaml`
  public static DigestedFiles of(ReleaseDraft draft, Path folder, Screen screen)
      throws IOException {
    List<List<FilePick.Found>> found = new ArrayList<>();
    for (List<FilePick> picks : draft.picks()) {
      found.add(pick(picks, folder));
    }
    Set<Path> distinct = new HashSet<>();
    long total = 0;
    for (List<FilePick.Found> files : found) {
      for (FilePick.Found file : files) {
        total += distinct.add(file.source()) ? Files.size(file.source()) : 0;
      }
    }
    Map<Path, Digest> digests = new LinkedHashMap<>();
    try (Progress progress = screen.progress("digesting", total)) {
      for (List<FilePick.Found> files : found) {
        for (FilePick.Found file : files) {
          if (!digests.containsKey(file.source())) {
            digests.put(file.source(), digest(file.source(), progress));
          }
        }
      }
    }
    List<List<Variant.File>> perVariant = new ArrayList<>();
    Map<Digest, Path> sources = new LinkedHashMap<>();
    for (List<FilePick.Found> files : found) {
      List<Variant.File> variant = new ArrayList<>();
      for (FilePick.Found file : files) {
        Digest digest = java.util.Objects.requireNonNull(digests.get(file.source()));
        sources.put(digest, file.source());
        variant.add(
            new Variant.File(file.path(), Files.size(file.source()), digest, file.executable()));
      }
      perVariant.add(variant);
    }
    return new DigestedFiles(perVariant, sources);
  }

  public static Digest digest(Path file, Progress progress) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[BLOCK_BYTES];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        sha256.update(block, 0, read);
        progress.add(read);
      }
      return Digest.ofHash(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static List<FilePick.Found> pick(List<FilePick> picks, Path folder) throws IOException {
    Set<String> folded = new HashSet<>();
    List<FilePick.Found> all = new ArrayList<>();
    for (FilePick pick : picks) {
      for (FilePick.Found file : pick.find(folder)) {
        if (!folded.add(file.path().toLowerCase(Locale.ROOT))) {
          throw pick.twice(file.path());
        }
        all.add(file);
      }
    }
    return all;
  }
}
