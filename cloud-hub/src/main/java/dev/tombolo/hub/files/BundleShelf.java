package dev.tombolo.hub.files;

import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.release.BundlePlan;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A folder of bundles. A file's name says which change it makes and what its SHA-256 is, so the
/// folder is its own table: one rename makes a bundle be there, and no database can say otherwise.
/// Safe for many threads.
public final class BundleShelf {
  private static final String MAKING = "making";
  private static final String NOTHING = "nothing";
  private static final String NO_BUNDLE = "none";
  private static final String SEPARATOR = "_";

  /// A file's time is when it was last asked for; no need to write that more often.
  private static final long USED_MILLIS = 60_000;

  private final Path folder;
  private final Map<BundlePair, Entry> entries = new ConcurrentHashMap<>();

  /// @param bundle empty when the change is known not to be worth one
  /// @param usedMillis when it was last asked for, or made
  public record Entry(
      BundlePair pair, Optional<Digest> bundle, Path file, long bytes, long usedMillis) {}

  private BundleShelf(Path folder) {
    this.folder = folder;
  }

  /// Opens the folder, and removes what an earlier process left half-made.
  public static BundleShelf open(Path folder) throws IOException {
    BundleShelf shelf = new BundleShelf(folder);
    Files.createDirectories(folder);
    delete(folder.resolve(MAKING));
    Files.createDirectories(folder.resolve(MAKING));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          shelf.takeIn(file);
        }
      }
    }
    return shelf;
  }

  private void takeIn(Path file) throws IOException {
    String[] parts = String.valueOf(file.getFileName()).split(SEPARATOR, -1);
    try {
      if (parts.length != 3) {
        throw new IllegalArgumentException("no name of a bundle");
      }
      BundlePair pair =
          new BundlePair(
              BundlePair.Side.parse(parts[0]),
              parts[1].equals(NOTHING)
                  ? Optional.empty()
                  : Optional.of(BundlePair.Side.parse(parts[1])));
      Optional<Digest> bundle =
          parts[2].equals(NO_BUNDLE) ? Optional.empty() : Optional.of(Digest.ofHex(parts[2]));
      Entry entry =
          new Entry(
              pair, bundle, file, Files.size(file), Files.getLastModifiedTime(file).toMillis());
      Entry other = entries.put(pair, entry);
      if (other != null) {
        // Made twice, before and after a crash; either is right.
        Files.deleteIfExists(other.file());
      }
    } catch (IllegalArgumentException e) {
      Files.delete(file);
    }
  }

  public Optional<Entry> find(BundlePair pair) {
    return Optional.ofNullable(entries.get(pair));
  }

  public List<Entry> entries() {
    return new ArrayList<>(entries.values());
  }

  /// The changes whose bundle this is.
  public Set<BundlePair> pairsOf(Digest bundle) {
    Set<BundlePair> pairs = new HashSet<>();
    for (Entry entry : entries.values()) {
      if (entry.bundle().filter(bundle::equals).isPresent()) {
        pairs.add(entry.pair());
      }
    }
    return pairs;
  }

  /// The file of a bundle.
  public Optional<Path> find(Digest bundle) {
    return pairsOf(bundle).stream()
        .flatMap(pair -> find(pair).stream())
        .map(Entry::file)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /// Notes that a device asked for it.
  public void used(Entry entry, long nowMillis) {
    long age = nowMillis - entry.usedMillis();
    // What lies in the future was noted before the clock was set back.
    if (age >= 0 && age < USED_MILLIS) {
      return;
    }
    Entry now = new Entry(entry.pair(), entry.bundle(), entry.file(), entry.bytes(), nowMillis);
    if (entries.replace(entry.pair(), entry, now)) {
      try {
        Files.setLastModifiedTime(entry.file(), FileTime.fromMillis(nowMillis));
      } catch (IOException e) {
        // It may be dropped before its turn; then it is made again.
      }
    }
  }

  /// A new folder to make a bundle in. [#discard] removes it.
  public Path beginMaking() throws IOException {
    return Files.createDirectories(folder.resolve(MAKING).resolve(UUID.randomUUID().toString()));
  }

  public void discard(Path making) throws IOException {
    delete(making);
  }

  /// Takes a bundle in from where it was made; it is durable already.
  public void put(BundlePair pair, Digest bundle, Path made, long nowMillis) throws IOException {
    Path file = folder.resolve(name(pair, bundle.hex()));
    long bytes = Files.size(made);
    Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    sync();
    entries.put(pair, new Entry(pair, Optional.of(bundle), file, bytes, nowMillis));
  }

  /// Remembers that the change is not worth a bundle.
  public void putNotWorth(BundlePair pair, long nowMillis) throws IOException {
    Path file = folder.resolve(name(pair, NO_BUNDLE));
    Files.write(file, new byte[0]);
    entries.put(pair, new Entry(pair, Optional.empty(), file, 0, nowMillis));
  }

  /// Removes what is more than fits, the least recently used first. What is being sent is sent to
  /// its end.
  ///
  /// @param made just now: it stays, or it would be made again; null for none
  /// @return how many went
  public int trim(long bytesMax, @Nullable BundlePair made, long nowMillis) throws IOException {
    List<BundlePair> dropped = tooMany(bytesMax, made, nowMillis);
    for (BundlePair pair : dropped) {
      drop(pair);
    }
    return dropped.size();
  }

  /// What [#trim] would remove.
  public List<BundlePair> tooMany(long bytesMax, @Nullable BundlePair made, long nowMillis) {
    List<BundlePlan.Held> held = new ArrayList<>();
    for (Entry entry : entries()) {
      if (entry.usedMillis() > nowMillis) {
        // Else it would count as the newest until the clock has caught up.
        used(entry, nowMillis);
      }
      if (entry.bundle().isPresent()) {
        boolean isNewest = entry.pair().equals(made);
        held.add(
            new BundlePlan.Held(
                entry.pair(),
                entry.bytes(),
                isNewest ? Long.MAX_VALUE : Math.min(entry.usedMillis(), nowMillis)));
      }
    }
    return BundlePlan.tooMany(held, bytesMax);
  }

  /// Removes what no longer can be asked for.
  public void drop(BundlePair pair) throws IOException {
    Entry entry = entries.remove(pair);
    if (entry != null) {
      Files.deleteIfExists(entry.file());
    }
  }

  public long bytesHeld() {
    return entries.values().stream().mapToLong(Entry::bytes).sum();
  }

  public long bundles() {
    return entries.values().stream().filter(entry -> entry.bundle().isPresent()).count();
  }

  private static String name(BundlePair pair, String bundle) {
    return pair.target()
        + SEPARATOR
        + pair.base().map(BundlePair.Side::toString).orElse(NOTHING)
        + SEPARATOR
        + bundle;
  }

  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path at, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(at);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
