package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether objects may be written as they are: by themselves, and beside those that are there.
final class ObjectChecks {
  private final HubState state;
  private final ParameterCheck parameters;
  private final RolloutObjects rollouts;

  ObjectChecks(HubState state, ParameterCheck parameters, RolloutObjects rollouts) {
    this.state = state;
    this.rollouts = rollouts;
    this.parameters = parameters;
  }

  /// Null when those that are written from one number to another are sound.
  AdminAnswer.@Nullable Refused check(PendingApply at, int from, int to, long nowMillis) {
    for (int i = from; i < to; i++) {
      AdminObject object = at.toWrite(i);
      Reason wrong = i < at.objects().size() ? put(object, at, nowMillis) : confirmed(object, at);
      if (wrong != null) {
        return new AdminAnswer.Refused(wrong, object.title());
      }
    }
    return null;
  }

  private @Nullable Reason put(AdminObject object, PendingApply at, long nowMillis) {
    Reason wrong = ObjectBounds.check(object);
    if (wrong == null) {
      wrong = reference(object, at.planned(), nowMillis);
    }
    if (wrong == null && isChange(object)) {
      wrong = confirmed(object, at);
    }
    return wrong == null ? parameters.object(object, at.planned()) : wrong;
  }

  /// What changes nothing needs no name typed.
  private @Nullable Reason confirmed(AdminObject object, PendingApply at) {
    return at.command().dryRun() ? null : protection(object, at.command().typedName());
  }

  /// The protected fleets that are changed.
  Set<String> protectedBy(PendingApply at) {
    Set<String> fleets = new TreeSet<>();
    for (int i = 0; i < at.writes(); i++) {
      AdminObject object = at.toWrite(i);
      boolean isChanged = i >= at.objects().size() || isChange(object);
      if (isChanged
          && protection(object, Optional.empty()) instanceof Reason.ProtectedFleet fleet) {
        fleets.add(fleet.fleet());
      }
    }
    return fleets;
  }

  private @Nullable Reason reference(AdminObject object, Planned planned, long nowMillis) {
    return switch (object) {
      case AdminObject.Rollout rollout -> rollouts.refusal(rollout, planned, nowMillis);
      case AdminObject.Fleet fleet -> null;
      case AdminObject.Site site ->
          planned.isFleet(site.fleet())
              ? leaving(site)
              : References.notFound("fleet", site.fleet().text(), planned.knownFleets());
      case AdminObject.Slot slot ->
          planned.isSite(slot.ref().site())
              ? null
              : References.notFound("site", slot.ref().site().text(), planned.knownSites());
      case AdminObject.Application a -> {
        if (!planned.isFleet(a.fleet())) {
          yield References.notFound("fleet", a.fleet().text(), planned.knownFleets());
        }
        Reason elsewhere = goingElsewhere(a, nowMillis);
        if (elsewhere != null || a.release().isEmpty()) {
          yield elsewhere;
        }
        Reason unknown = References.release(state, a.release().get(), a.fleet());
        yield unknown != null || otherRelease(a).isEmpty()
            ? unknown
            : References.rollout(state, a.fleet(), null, a.name(), nowMillis);
      }
    };
  }

  /// Other destinations take no device out of a rollout under way: its waves would wait for what
  /// never comes.
  private @Nullable Reason goingElsewhere(AdminObject.Application after, long nowMillis) {
    Kept<? extends AdminObject> kept = before(after);
    if (kept == null || !(kept.content() instanceof AdminObject.Application before)) {
      return null;
    }
    return destinations(before).equals(destinations(after))
        ? null
        : References.rollout(state, after.fleet(), null, after.name(), nowMillis);
  }

  /// Of those that go everywhere, alike.
  private static Set<Selector> destinations(AdminObject.Application application) {
    Set<Selector> all = new HashSet<>();
    application.policies().forEach(policy -> all.add(policy.selector()));
    return all.contains(Selector.ALL) ? Set.of() : all;
  }

  /// A site that moves to another fleet takes no device out of a rollout under way.
  private @Nullable Reason leaving(AdminObject.Site site) {
    Kept<AdminObject.Site> before = state.sites.get(site.name());
    if (before == null || before.content().fleet().equals(site.fleet())) {
      return null;
    }
    Name old = before.content().fleet();
    for (Name application : state.rollouts.of(old).keySet()) {
      Reason moving = References.rollout(state, old, site.name(), application);
      if (moving != null) {
        return moving;
      }
    }
    return null;
  }

  private @Nullable Reason protection(AdminObject object, Optional<String> typedName) {
    return switch (object) {
      case AdminObject.Fleet fleet -> References.protection(state, fleet.name(), typedName);
      case AdminObject.Application a -> References.protection(state, a.fleet(), typedName);
      case AdminObject.Rollout r -> References.protection(state, r.scope().fleet(), typedName);
      case AdminObject.Slot slot -> siteProtection(slot.ref().site(), typedName);
      case AdminObject.Site site -> {
        Reason from = siteProtection(site.name(), typedName);
        yield from != null ? from : References.protection(state, site.fleet(), typedName);
      }
    };
  }

  private @Nullable Reason siteProtection(Name site, Optional<String> typedName) {
    Kept<AdminObject.Site> kept = state.sites.get(site);
    return kept == null ? null : References.protection(state, kept.content().fleet(), typedName);
  }

  /// What an object is applied on top of; null when it is new.
  @Nullable Kept<? extends AdminObject> before(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet fleet -> state.fleets.get(fleet.name());
      case AdminObject.Site site -> state.sites.get(site.name());
      case AdminObject.Slot slot -> state.slots.get(slot.ref());
      case AdminObject.Application a -> {
        Map<Name, Kept<AdminObject.Application>> there = state.applications.get(a.fleet());
        yield there == null ? null : there.get(a.name());
      }
      case AdminObject.Rollout rollout -> rollouts.before(rollout);
    };
  }

  RolloutObjects rollouts() {
    return rollouts;
  }

  boolean isChange(AdminObject object) {
    Kept<? extends AdminObject> before = before(object);
    return before == null || !before.content().equals(object) || otherRelease(object).isPresent();
  }

  /// What has been assigned since, of an application that is as it was.
  Optional<String> otherRelease(AdminObject object) {
    if (!(object instanceof AdminObject.Application a) || a.release().isEmpty()) {
      return Optional.empty();
    }
    Assignment at = AssignCommands.at(state, new Assignment.Place(a.fleet(), null, null), a.name());
    return at != null && at.ref().equals(a.release().get())
        ? Optional.empty()
        : Optional.of(at == null ? "" : at.ref().version());
  }

  /// What a list does to rollouts that are done but for dark devices.
  Set<String> overruled(PendingApply at, long nowMillis) {
    Set<String> lines = new TreeSet<>();
    for (AdminObject object : at.objects()) {
      if (object instanceof AdminObject.Application a && otherRelease(a).isPresent()) {
        lines.addAll(References.waiting(state, a.fleet(), null, a.name(), nowMillis));
      }
    }
    return lines;
  }
}
