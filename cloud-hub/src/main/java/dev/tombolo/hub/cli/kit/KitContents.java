package dev.tombolo.hub.cli.kit;

import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.BundleAsk;
import dev.tombolo.hub.http.api.KitChange;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitFormat;
import dev.tombolo.protocol.kit.KitHeader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a kit brings besides documents: bundles where devices have something to build on, else the
/// files as they are.
///
/// @param bundles those that need a base first
/// @param notes for the operator: why a change comes whole
public record KitContents(List<KitHeader.Bundle> bundles, List<KitFile> files, List<String> notes) {
  /// Less is not worth a bundle.
  private static final long WORTH_BYTES_MIN = 64 * 1024;

  public KitContents {
    bundles = List.copyOf(bundles);
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }

  /// Every file as it is.
  public static KitContents whole(KitMade made) {
    return new KitContents(List.of(), made.files(), List.of());
  }

  /// @param hub answers for a bundle, after it has been made if it can be
  public static KitContents small(KitMade made, Function<BundleAsk, BundleAnswer> hub) {
    Choice choice = new Choice(hub);
    Set<String> covered = new HashSet<>();
    Set<String> whole = new HashSet<>();
    for (KitChange change : made.changes()) {
      (choice.covers(change) ? covered : whole).addAll(change.files());
    }
    covered.removeAll(whole);
    return new KitContents(
        choice.inOrder(),
        made.files().stream().filter(file -> !covered.contains(file.digest())).toList(),
        choice.notes);
  }

  private static final class Choice {
    private final Function<BundleAsk, BundleAnswer> hub;
    private final Map<String, KitHeader.Bundle> based = new LinkedHashMap<>();
    private final Map<String, KitHeader.Bundle> packed = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Choice(Function<BundleAsk, BundleAnswer> hub) {
      this.hub = hub;
    }

    /// True when bundles bring every device all of it.
    boolean covers(KitChange change) {
      boolean isWhole = change.fromNothing();
      if (change.bytes() < WORTH_BYTES_MIN) {
        return change.bases().isEmpty() && !isWhole;
      }
      for (KitChange.Base base : change.bases()) {
        BundleAnswer answer = hub.apply(new BundleAsk(change.target(), base.base()));
        Optional<KitHeader.Bundle> made = made(change, base.base(), answer);
        if (made.isPresent()) {
          based.put(answer.bundle(), made.get());
        } else {
          isWhole = true;
          notes.add(change.release() + " from " + base.release() + " comes whole: " + why(answer));
        }
      }
      if (!isWhole) {
        return true;
      }
      BundleAnswer answer = hub.apply(new BundleAsk(change.target(), null));
      Optional<KitHeader.Bundle> made = made(change, null, answer);
      made.ifPresent(it -> packed.put(answer.bundle(), it));
      return made.isPresent();
    }

    private Optional<KitHeader.Bundle> made(
        KitChange change, @Nullable String base, BundleAnswer answer) {
      boolean hasRoom = based.size() + packed.size() < KitFormat.BUNDLES_MAX;
      if (answer.bundle() == null || !hasRoom) {
        return Optional.empty();
      }
      int dot = change.target().indexOf('.');
      KitHeader.Bundle bundle =
          new KitHeader.Bundle(
              Digest.ofHex(answer.bundle()),
              answer.bytes(),
              change.bytes(),
              Digest.ofHex(change.target().substring(0, dot)),
              Integer.parseInt(change.target().substring(dot + 1)),
              base == null ? null : Digest.ofHex(base.substring(0, base.indexOf('.'))));
      return isForAnother(bundle, based.get(answer.bundle()))
              || isForAnother(bundle, packed.get(answer.bundle()))
          ? Optional.empty()
          : Optional.of(bundle);
    }

    /// A header names one target and one base of a bundle. Variants and releases with the same
    /// files have the same bundle; the others of them get the files as they are.
    private static boolean isForAnother(
        KitHeader.Bundle bundle, KitHeader.@Nullable Bundle before) {
      return before != null && !bundle.equals(before);
    }

    private static String why(BundleAnswer answer) {
      return switch (answer.standing()) {
        case "made" ->
            "the kit has no place for another bundle, or has this one for another release";
        case "not-worth" -> "what changed is no smaller";
        case "awaited" -> "the hub is still making what changed";
        default -> answer.detail();
      };
    }

    List<KitHeader.Bundle> inOrder() {
      List<KitHeader.Bundle> all = new ArrayList<>(based.values());
      all.addAll(packed.values());
      return all;
    }
  }
}
