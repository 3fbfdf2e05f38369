package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.admin.AdminCommand.Sources;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied.FieldChange;
import dev.tombolo.hub.rollout.Origin;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Rollouts that come as objects of `apply`. The newest of a name is what stands there; one that is
/// over stays as it was, and another content begins the next.
final class RolloutObjects {
  /// The line of a rollout's own name.
  static final String WHOLE = "name";

  private static final Pattern ID = Pattern.compile("r[0-9]+");

  private final HubState state;
  private final RolloutCommands rollouts;

  RolloutObjects(HubState state, RolloutCommands rollouts) {
    this.state = state;
    this.rollouts = rollouts;
  }

  /// What stands under the object's name; null when nothing does.
  @Nullable Kept<AdminObject.Rollout> before(AdminObject.Rollout object) {
    Rollout rollout = state.rollouts.named(object.name().text());
    if (rollout != null) {
      RolloutRecord record = rollout.record();
      return new Kept<>(
          record.id().toString(),
          object.asHere(record.release(), record.scope(), record.plan(), record.createdMillis()),
          record.origin().generation(),
          record.createdMillis(),
          record.createdBy());
    }
    Origin.Past past = past(object);
    return past == null || !past.what().equals(what(object))
        ? null
        : new Kept<>("", object, past.generation(), 0, "");
  }

  private static Digest what(AdminObject.Rollout object) {
    return RolloutJson.what(object.release(), object.scope(), object.plan());
  }

  /// What is remembered of a rollout of that name that is forgotten.
  private Origin.@Nullable Past past(AdminObject.Rollout object) {
    Origin.Past found = null;
    for (Rollout rollout : state.rollouts.of(object.scope().fleet(), object.release().name())) {
      for (Origin.Past past : rollout.record().origin().past()) {
        boolean isIt = past.name().equals(object.name().text());
        found = isIt && (found == null || past.generation() > found.generation()) ? past : found;
      }
    }
    return found;
  }

  /// Null when the object may stand beside the others of its list.
  @Nullable Reason refusal(AdminObject.Rollout object, Planned planned, long nowMillis) {
    if (ID.matcher(object.name().text()).matches()) {
      return new Reason.InputInvalid(
          "metadata.name", object.name().text(), "the hub numbers rollouts so; give another name");
    }
    Rollout there = state.rollouts.named(object.name().text());
    if (there != null && !there.record().scope().fleet().equals(object.scope().fleet())) {
      return new Reason.InputInvalid(
          "metadata.name",
          object.name().text(),
          "a rollout of fleet " + there.record().scope().fleet() + " has it; give another name");
    }
    Kept<AdminObject.Rollout> before = before(object);
    if (before != null && before.content().equals(object)) {
      return null;
    }
    if (there != null && there.state().isUnderWay()) {
      List<String> fields =
          FieldChanges.between(before == null ? null : before.content(), object).stream()
              .map(FieldChange::path)
              .toList();
      return new Reason.Conflict(
          object.title() + " is " + RolloutCommands.wordOf(there.state()),
          "what it does is not changed under way ("
              + String.join(", ", fields)
              + "); begin another one under another name, or end this one first: tombolo rollout"
              + " abort "
              + object.name());
    }
    Name application = object.release().name();
    List<AdminObject.Rollout> beginning = beginning(planned);
    if (beginning.stream().filter(each -> isOfSame(each, object)).count() > 1) {
      return new Reason.Conflict(
          "rollouts of " + application + " in fleet " + object.scope().fleet(),
          "begin one at a time; more than one of these files would begin one now");
    }
    return rollouts.refusal(
        object.release(),
        object.scope(),
        object.planFrom(nowMillis),
        planned,
        beginning,
        nowMillis);
  }

  private static boolean isOfSame(AdminObject.Rollout one, AdminObject.Rollout other) {
    return one.scope().fleet().equals(other.scope().fleet())
        && one.release().name().equals(other.release().name());
  }

  /// Those of a list that begin with it.
  List<AdminObject.Rollout> beginning(Planned planned) {
    return planned.beginning(this::isNew);
  }

  private boolean isNew(AdminObject.Rollout object) {
    Kept<AdminObject.Rollout> before = before(object);
    return before == null || !before.content().equals(object);
  }

  /// @param made rollouts that this step has begun already
  void begin(
      AdminObject.Rollout object, Sources sources, int made, Principal who, StepDraft draft) {
    Rollout there = state.rollouts.named(object.name().text());
    Origin.Past past = past(object);
    long generation =
        there != null ? there.record().origin().generation() : past == null ? 0 : past.generation();
    rollouts.begin(
        new RolloutId(state.counter(Counter.ROLLOUT) + made + 1),
        object.release(),
        object.scope(),
        object.planFrom(draft.nowMillis),
        new Origin(object.name().text(), generation + 1, sources.of(WHOLE), List.of()),
        who,
        draft);
  }
}
