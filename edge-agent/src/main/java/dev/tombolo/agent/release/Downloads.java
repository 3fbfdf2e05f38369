package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which file is fetched next. One at a time, so that a slow line is not shared by many halves; a
/// file that failed waits, the line's return or its time wakes it. Lives in memory only: a
/// restarted agent asks for all files again, and those in the store are there at once.
public final class Downloads {
  private final Map<Digest, Variant.File> wanted = new LinkedHashMap<>();
  private final Set<Digest> stored = new HashSet<>();
  private @Nullable Digest current;
  private long currentBytes;
  private int failures;
  private long retryAtMillis;
  private @Nullable Reason trouble;
  private @Nullable Digest troubled;

  public void want(List<Variant.File> files) {
    for (Variant.File file : files) {
      if (!stored.contains(file.digest())) {
        wanted.putIfAbsent(file.digest(), file);
      }
    }
  }

  /// Forgets what is on its way except `files`. Tells the file to give up, if one is being fetched.
  public Optional<Digest> keepOnly(Set<Digest> files) {
    wanted.keySet().retainAll(files);
    stored.retainAll(files);
    if (current == null || files.contains(current)) {
      return Optional.empty();
    }
    Digest given = current;
    idle();
    return Optional.of(given);
  }

  /// The file to ask for now, if one is due and none is under way.
  ///
  /// @param allowed which files may be fetched now
  public Optional<Variant.File> next(long nowMillis, Predicate<Digest> allowed) {
    if (current != null || nowMillis < retryAtMillis) {
      return Optional.empty();
    }
    for (Variant.File file : wanted.values()) {
      if (allowed.test(file.digest())) {
        current = file.digest();
        currentBytes = 0;
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /// Stops the file under way, unless it is one of `urgent`; it stays wanted.
  public Optional<Digest> pause(Set<Digest> urgent) {
    if (current == null || urgent.contains(current)) {
      return Optional.empty();
    }
    Digest paused = current;
    idle();
    return Optional.of(paused);
  }

  public void advanced(Digest file, long bytes) {
    if (file.equals(current)) {
      currentBytes = bytes;
      trouble = null;
      failures = 0;
    }
  }

  public void finished(Digest file) {
    wanted.remove(file);
    stored.add(file);
    failures = 0;
    retryAtMillis = 0;
    trouble = null;
    if (file.equals(current)) {
      idle();
    }
  }

  /// @param delayMillis until the next try
  public void failed(Digest file, Reason reason, long nowMillis, long delayMillis) {
    if (!file.equals(current)) {
      return;
    }
    // To the end of the line, so that one bad file does not hold up the others.
    Variant.File last = wanted.remove(file);
    if (last != null) {
      wanted.put(file, last);
    }
    failures++;
    retryAtMillis = nowMillis + delayMillis;
    trouble = reason;
    troubled = file;
    idle();
  }

  private void idle() {
    current = null;
    currentBytes = 0;
  }

  /// The line is back: no need to wait.
  public void hurry() {
    retryAtMillis = 0;
  }

  /// The store does not have them after all.
  public void missing(List<Variant.File> files) {
    for (Variant.File file : files) {
      stored.remove(file.digest());
    }
  }

  public boolean complete(List<Variant.File> files) {
    for (Variant.File file : files) {
      if (!stored.contains(file.digest())) {
        return false;
      }
    }
    return true;
  }

  /// Bytes of these files that are on the disk.
  public long bytesDone(List<Variant.File> files) {
    long done = 0;
    for (Variant.File file : files) {
      if (stored.contains(file.digest())) {
        done += file.size();
      } else if (file.digest().equals(current)) {
        done += currentBytes;
      }
    }
    return done;
  }

  public boolean isFetching(Digest file) {
    return file.equals(current);
  }

  public int failures() {
    return failures;
  }

  public Optional<Reason> trouble() {
    return Optional.ofNullable(trouble);
  }

  /// True for the file that the trouble was with.
  public boolean isTroubled(Digest file) {
    return trouble != null && file.equals(troubled);
  }

  public long retryInMillis(long nowMillis) {
    return Math.max(0, retryAtMillis - nowMillis);
  }
}
