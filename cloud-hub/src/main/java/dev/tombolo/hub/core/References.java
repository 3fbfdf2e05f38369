package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutSteps;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Checks of what operators' commands name. Each answers null when all is well.
final class References {
  /// Names looked at to find what somebody meant.
  static final int NEAR_LOOKED_MAX = 1_000;

  private References() {}

  static Reason notFound(String kind, String name, Collection<?> known) {
    return new Reason.NotFound(
        kind,
        name,
        NearMiss.of(name, known.stream().limit(NEAR_LOOKED_MAX).map(Object::toString).toList())
            .stream()
            .toList());
  }

  static @Nullable Reason fleet(HubState state, Name fleet) {
    return state.fleets.containsKey(fleet)
        ? null
        : notFound("fleet", fleet.text(), state.fleets.keySet());
  }

  /// A fleet, one of its sites, or a slot of that site.
  static @Nullable Reason place(
      HubState state, Name fleet, Optional<Name> site, Optional<SlotRef> slot) {
    Reason missing = fleet(state, fleet);
    if (missing != null) {
      return missing;
    }
    if (site.isPresent() && slot.isPresent() && !site.get().equals(slot.get().site())) {
      return new Reason.InputInvalid(
          "slot", slot.get().toString(), "use a slot of site " + site.get());
    }
    Optional<Name> named = slot.map(SlotRef::site).or(() -> site);
    if (named.isPresent()) {
      Reason wrongSite = site(state, fleet, named.get());
      if (wrongSite != null) {
        return wrongSite;
      }
    }
    if (slot.isPresent() && !state.slots.containsKey(slot.get())) {
      return notFound("slot", slot.get().toString(), state.slotsOf(slot.get().site()));
    }
    return null;
  }

  private static @Nullable Reason site(HubState state, Name fleet, Name site) {
    Kept<AdminObject.Site> kept = state.sites.get(site);
    if (kept == null) {
      return notFound("site", site.text(), state.sites.keySet());
    }
    return kept.content().fleet().equals(fleet)
        ? null
        : new Reason.InputInvalid(
            "site", site.text(), "it belongs to fleet " + kept.content().fleet());
  }

  static @Nullable Reason release(HubState state, ReleaseRef ref, Name fleet) {
    ReleaseRecord release = state.releasesByRef.get(ref);
    if (release == null) {
      return notFound("release", ref.toString(), state.releasesByRef.keySet());
    }
    boolean isMeant = release.fleets().contains("*") || release.fleets().contains(fleet.text());
    return isMeant ? null : new Reason.FleetMismatch(fleet.text(), release.fleets());
  }

  /// While a rollout moves an application somewhere, nothing else may select it there. One that is
  /// done but for devices that are dark or left alone moves nobody.
  static @Nullable Reason rollout(
      HubState state, Name fleet, @Nullable Name site, Name application, long nowMillis) {
    return moving(
        state,
        fleet,
        application,
        rollout -> isMoving(rollout, site) && !RolloutSteps.holdsNothingUp(rollout, nowMillis));
  }

  /// What becomes of rollouts that move nobody when something else is selected.
  static List<String> waiting(
      HubState state, Name fleet, @Nullable Name site, Name application, long nowMillis) {
    return state.rollouts.of(fleet, application).stream()
        .filter(
            rollout ->
                isMoving(rollout, site)
                    && RolloutSteps.holdsNothingUp(rollout, nowMillis)
                    && !left(rollout).isEmpty())
        .map(
            rollout ->
                "rollout "
                    + rollout.id()
                    + " ("
                    + rollout.record().release()
                    + ") is done but for "
                    + left(rollout)
                    + "; those that this reaches get it instead and leave the rollout")
        .toList();
  }

  private static String left(Rollout rollout) {
    int dark = rollout.counts().stream().mapToInt(WaveCount::dark).sum();
    int alone = rollout.counts().stream().mapToInt(WaveCount::leftAlone).sum();
    String both = dark > 0 && alone > 0 ? " and " : "";
    return (dark > 0 ? dark + " not reached yet" : "")
        + both
        + (alone > 0 ? alone + " left alone where others of the site failed" : "");
  }

  private static boolean isMoving(Rollout rollout, @Nullable Name site) {
    return rollout.state().isUnderWay() && (site == null || rollout.record().scope().covers(site));
  }

  /// The same, also of one that moves nobody.
  static @Nullable Reason rollout(
      HubState state, Name fleet, @Nullable Name site, Name application) {
    return moving(state, fleet, application, rollout -> isMoving(rollout, site));
  }

  private static @Nullable Reason moving(
      HubState state, Name fleet, Name application, Predicate<Rollout> isMoving) {
    for (Rollout rollout : state.rollouts.of(fleet, application)) {
      if (isMoving.test(rollout)) {
        return new Reason.RolloutMoves(rollout.id().toString(), application.text(), fleet.text());
      }
    }
    return null;
  }

  /// A protected fleet is only changed by who types its name.
  static @Nullable Reason protection(HubState state, Name fleet, Optional<String> typedName) {
    Kept<AdminObject.Fleet> kept = state.fleets.get(fleet);
    boolean isOpen =
        kept == null
            || !kept.content().isProtected()
            || typedName.filter(fleet.text()::equals).isPresent();
    return isOpen ? null : new Reason.ProtectedFleet(fleet.text());
  }

  /// The first that is not null.
  static @Nullable Reason first(List<@Nullable Reason> reasons) {
    for (Reason reason : reasons) {
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }
}
