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
import org.jspecify.annotations.Nullable;

/// Which file is fetched next. One at a time, so that a slow line is not shared by many halves; a
/// file that failed waits, the line's return or its time wakes it. Lives in memory only: a
/// restarted agent asks for all files again, and those in the store are there at once.
public final class Downloads {
  private final Map<Digest, Variant.File> wanted = new LinkedHashMap<>();
  private final Set<Digest> stored = new HashSet<>();

  /// Files that a kit brought: fetching them needs no line, and no waiting for one.
  private final Set<Digest> near = new HashSet<>();

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
  public Optional<Variant.File> next(long nowMillis) {
    if (current != null || wanted.isEmpty()) {
      return Optional.empty();
    }
    Variant.File file = firstNear();
    if (file == null && nowMillis < retryAtMillis) {
      return Optional.empty();
    }
    if (file == null) {
      file = wanted.values().iterator().next();
    }
    current = file.digest();
    currentBytes = 0;
    return Optional.of(file);
  }

  private Variant.@Nullable File firstNear() {
    if (!near.isEmpty()) {
      for (Variant.File file : wanted.values()) {
        if (near.contains(file.digest())) {
          return file;
        }
      }
    }
    return null;
  }

  /// A kit brought these. Tells the file to give up, if one of them is being fetched: it is begun
  /// anew.
  public Optional<Digest> came(Set<Digest> files) {
    near.addAll(files);
    if (current == null || !near.contains(current)) {
      return Optional.empty();
    }
    Digest given = current;
    idle();
    return Optional.of(given);
  }

  /// The kit that brought these is gone.
  public void gone(Set<Digest> files) {
    near.removeAll(files);
  }

  public boolean wantsAny(Set<Digest> files) {
    return wanted.keySet().stream().anyMatch(files::contains);
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
    // What a kit brought was not right.
    near.remove(file);
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
