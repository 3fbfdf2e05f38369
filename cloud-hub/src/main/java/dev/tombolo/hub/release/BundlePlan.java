package dev.tombolo.hub.release;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Decides which bundle is made next and which ones go.
public final class BundlePlan {
  /// What could not be made is tried again after so long, if it is wanted then.
  public static final long RETRY_MILLIS = 60 * 60 * 1_000;

  /// A bundle that is there.
  ///
  /// @param usedMillis when a device last asked for it, or when it was made
  public record Held(BundlePair pair, long bytes, long usedMillis) {}

  private BundlePlan() {}

  /// What a device waits for comes before what one may ask for.
  ///
  /// @param asked by devices that wait, the first first
  /// @param foreseen in the order of [BundleWants]
  /// @param settled there, or known not to be worth it
  /// @param failedMillis when it last could not be made
  public static Optional<BundlePair> next(
      Collection<BundlePair> asked,
      Collection<BundlePair> foreseen,
      Set<BundlePair> settled,
      Map<BundlePair, Long> failedMillis,
      long nowMillis) {
    for (Collection<BundlePair> wanted : List.of(asked, foreseen)) {
      for (BundlePair pair : wanted) {
        if (!settled.contains(pair) && !hasJustFailed(pair, failedMillis, nowMillis)) {
          return Optional.of(pair);
        }
      }
    }
    return Optional.empty();
  }

  /// Made for devices that nobody knows of yet: whoever runs an older release has its bundle.
  ///
  /// @param settled there, or known not to be worth it
  public static boolean isFallback(
      BundlePair pair, Collection<BundlePair> asked, Collection<BundlePair> settled) {
    return pair.base().isEmpty()
        && !asked.contains(pair)
        && settled.stream()
            .anyMatch(made -> made.target().equals(pair.target()) && made.base().isPresent());
  }

  /// Whether what is being made is only a fallback, and something is wanted now that is more: a
  /// release was pushed, say, and somebody is about to assign it.
  ///
  /// @param next what would be made if nothing were
  public static boolean givesWay(
      BundlePair making,
      Optional<BundlePair> next,
      Collection<BundlePair> asked,
      Collection<BundlePair> settled) {
    return isFallback(making, asked, settled)
        && next.filter(pair -> !isFallback(pair, asked, settled)).isPresent();
  }

  public static boolean hasJustFailed(
      BundlePair pair, Map<BundlePair, Long> failedMillis, long nowMillis) {
    Long failed = failedMillis.get(pair);
    return failed != null && isRecent(failed, nowMillis);
  }

  /// Not when the clock has been set back since: it could be any time ago.
  public static boolean isRecent(long failedMillis, long nowMillis) {
    return nowMillis >= failedMillis && nowMillis - failedMillis < RETRY_MILLIS;
  }

  /// The least recently used ones, until the others fit. The last one stays, whatever its size: a
  /// device waits for it.
  public static List<BundlePair> tooMany(Collection<Held> held, long bytesMax) {
    List<Held> oldestFirst =
        held.stream().sorted(Comparator.comparingLong(Held::usedMillis)).toList();
    long bytes = held.stream().mapToLong(Held::bytes).sum();
    List<BundlePair> dropped = new ArrayList<>();
    for (Held one : oldestFirst) {
      if (bytes <= bytesMax || dropped.size() == held.size() - 1) {
        break;
      }
      dropped.add(one.pair());
      bytes -= one.bytes();
    }
    return dropped;
  }

  /// Whether what was just made, and nobody asked for, would push out what is foreseen before it:
  /// that would be made again, and push out this.
  ///
  /// @param wants in the order of [BundleWants]
  /// @param tooMany what would go
  public static boolean isOneTooMany(
      BundlePair made, List<BundlePair> wants, Collection<BundlePair> tooMany) {
    int at = wants.indexOf(made);
    return at >= 0 && wants.subList(0, at).stream().anyMatch(tooMany::contains);
  }
}
