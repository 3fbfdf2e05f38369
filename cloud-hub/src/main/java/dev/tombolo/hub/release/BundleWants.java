package dev.tombolo.hub.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/// Which bundles devices will ask for soon: to each release that is assigned somewhere, and to the
/// newest of each application, which somebody is about to assign; from the older ones that devices
/// run, or soon will since they are assigned and newer than all that run, and from nothing. These
/// come first where nobody has assigned the target yet: devices will be there by then. What is not
/// foreseen here (a way back, say) is made when a device asks.
public final class BundleWants {
  /// The releases of an application that most devices run, or will; whoever runs another asks for
  /// itself.
  static final int BASES_MAX = 8;

  /// Less is not worth a question.
  public static final long WORTH_BYTES_MIN = 64 * 1024;

  static final int PAIRS_MAX = 256;

  /// A release that may be an end of a bundle.
  ///
  /// @param isAssigned to any place
  /// @param devices that run it
  public record Candidate(
      Digest release,
      Name application,
      long pushedMillis,
      boolean isAssigned,
      long devices,
      List<Variant> variants) {
    public Candidate {
      variants = List.copyOf(variants);
    }
  }

  private BundleWants() {}

  /// The newest targets first, and of each what most devices need.
  public static List<BundlePair> of(List<Candidate> releases) {
    Map<Name, Candidate> newest = new HashMap<>();
    for (Candidate release : releases) {
      newest.merge(
          release.application(),
          release,
          (one, other) -> other.pushedMillis() > one.pushedMillis() ? other : one);
    }
    List<Candidate> targets =
        releases.stream()
            .filter(it -> it.isAssigned() || newest.containsValue(it))
            .sorted(Comparator.comparingLong(Candidate::pushedMillis).reversed())
            .toList();
    List<BundlePair> pairs = new ArrayList<>();
    for (Candidate target : targets) {
      List<Candidate> bases = basesOf(target, releases);
      for (int i = 0; i < target.variants().size(); i++) {
        if (bytesOf(target.variants().get(i)) >= WORTH_BYTES_MIN) {
          add(target, i, bases, pairs);
        }
      }
    }
    return pairs.size() <= PAIRS_MAX ? pairs : pairs.subList(0, PAIRS_MAX);
  }

  public static long bytesOf(Variant variant) {
    return variant.files().stream().mapToLong(Variant.File::size).sum();
  }

  private static void add(
      Candidate target, int variant, List<Candidate> bases, List<BundlePair> pairs) {
    BundlePair.Side side = new BundlePair.Side(target.release(), variant);
    for (Candidate base : bases) {
      OptionalInt same = sameMachine(target.variants().get(variant), base.variants());
      if (same.isPresent()) {
        pairs.add(
            new BundlePair(
                side, Optional.of(new BundlePair.Side(base.release(), same.getAsInt()))));
      }
    }
    pairs.add(BundlePair.fromNothing(side));
  }

  private static List<Candidate> basesOf(Candidate target, List<Candidate> releases) {
    List<Candidate> ofIt =
        releases.stream().filter(it -> it.application().equals(target.application())).toList();
    long newestThatRuns =
        ofIt.stream()
            .filter(it -> it.devices() > 0)
            .mapToLong(Candidate::pushedMillis)
            .max()
            .orElse(Long.MIN_VALUE);
    // Some run it already, or soon will.
    Predicate<Candidate> isComing = it -> it.isAssigned() && it.pushedMillis() >= newestThatRuns;
    Comparator<Candidate> usualFirst = Comparator.comparingLong(Candidate::devices).reversed();
    Comparator<Candidate> comingFirst =
        Comparator.comparingLong(it -> isComing.test(it) ? -it.pushedMillis() : Long.MAX_VALUE);
    return ofIt.stream()
        .filter(it -> it.devices() > 0 || isComing.test(it))
        .filter(it -> it.pushedMillis() < target.pushedMillis())
        .sorted(target.isAssigned() ? usualFirst : comingFirst.thenComparing(usualFirst))
        .limit(BASES_MAX)
        .toList();
  }

  /// A machine that takes the one takes the other.
  public static OptionalInt sameMachine(Variant wanted, List<Variant> variants) {
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      if (variant.os().equals(wanted.os())
          && variant.architecture().equals(wanted.architecture())
          && variant.runtimes().equals(wanted.runtimes())) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }
}
