package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutReasons.Overruling;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.WorkloadsSection.Overruled;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What rollouts select for a slot, over what is assigned. Of each application the newest rollout
/// with something to say counts, unless an operator has assigned something since.
public final class RolloutLayer {
  private RolloutLayer() {}

  /// What one rollout selects for the slot.
  private record Word(RolloutRecord record, Choice choice) {}

  /// @param standings of the slot, newest first
  /// @param assigned the narrowest assignment of an application that reaches the slot
  public static Optional<Layer> of(
      List<Standing> standings, Function<Name, @Nullable Assignment> assigned) {
    Map<Name, List<Word>> words = new HashMap<>();
    for (Standing standing : standings) {
      words
          .computeIfAbsent(standing.record().application(), first -> new ArrayList<>(1))
          .add(new Word(standing.record(), standing.choice()));
    }
    Map<Name, Layer.Choice> choices = new HashMap<>();
    words.forEach(
        (application, its) -> {
          Layer.Choice choice = choice(its, assigned.apply(application));
          if (choice != null) {
            choices.put(application, choice);
          }
        });
    return layer(choices);
  }

  static Optional<Layer> of(HubState state, Name fleet, SlotRef slot) {
    return of(
        state,
        state.rollouts.of(fleet),
        slot,
        application -> assigned(state, fleet, slot, application),
        Rollout::isOutside);
  }

  /// Whether something was assigned to the slot since the rollout was begun: then what the rollout
  /// selects does not count there.
  static boolean isOverruled(HubState state, RolloutRecord record, SlotRef slot) {
    Name fleet = record.scope().fleet();
    return state.isAssignedSince(fleet, record.application(), record.createdMillis())
        && isOverruled(record, assigned(state, fleet, slot, record.application()));
  }

  /// What a release was assigned over at the slot, for the device's own `why`: the same that
  /// [dev.tombolo.hub.rollout.RolloutReasons#among] says at the hub.
  static @Nullable Overruled overruled(HubState state, Name fleet, SlotRef slot, Name application) {
    List<Rollout> newestFirst = state.rollouts.of(fleet, application);
    boolean mayBe =
        !newestFirst.isEmpty()
            && state.isAssignedSince(
                fleet, application, newestFirst.getLast().record().createdMillis());
    for (Rollout rollout : mayBe ? newestFirst : List.<Rollout>of()) {
      int member = rollout.find(slot);
      if (member < 0) {
        continue;
      }
      RolloutRecord record = rollout.record();
      Assignment by = assigned(state, fleet, slot, application);
      if (by != null && !record.state().isVoid() && isOverruled(record, by)) {
        Overruling overruling = overruling(by);
        return overruling.isToldOf(record, rollout.phase(member))
            ? new Overruled(
                new Name(record.id().toString()), record.release().version(), overruling.layer())
            : null;
      }
      if (!rollout.hasLeft(member, rollout.isOutside(member))) {
        return null;
      }
    }
    return null;
  }

  private static Overruling overruling(Assignment by) {
    Assignment.Place place = by.place();
    LayerKind kind =
        place.site() == null
            ? LayerKind.FLEET
            : place.slot() == null ? LayerKind.SITE : LayerKind.DEVICE;
    String where =
        switch (kind) {
          case SITE -> String.valueOf(place.site());
          case DEVICE -> place.site() + "/" + place.slot();
          case FLEET, GLOBAL, ROLLOUT, OVERRIDE -> place.fleet().text();
        };
    return new Overruling(
        kind.word() + "/" + where, by.release(), by.ref().version(), kind == LayerKind.FLEET);
  }

  static boolean isOverruled(RolloutRecord record, @Nullable Assignment under) {
    return under != null && under.changedMillis() > record.createdMillis();
  }

  /// Whether a rollout is not about one of its devices any more.
  interface Leaving {
    boolean isOutside(Rollout rollout, int member);

    /// What a rollout that has no such device would select for one of the slot; null: it would not
    /// take it.
    default @Nullable Choice joined(Rollout rollout, SlotRef slot) {
      return null;
    }
  }

  /// @param rollouts of the slot's fleet
  /// @param assigned the narrowest assignment of an application that reaches the slot, as it is or
  ///   as it will be
  /// @param leaving as it is or as it will be
  static Optional<Layer> of(
      HubState state,
      Map<Name, List<Rollout>> rollouts,
      SlotRef slot,
      Function<Name, @Nullable Assignment> assigned,
      Leaving leaving) {
    if (rollouts.isEmpty()) {
      return Optional.empty();
    }
    Map<Name, Layer.Choice> choices = new HashMap<>();
    rollouts.forEach(
        (application, newestFirst) -> {
          Layer.Choice choice =
              choice(words(state, newestFirst, slot, leaving), assigned.apply(application));
          if (choice != null) {
            choices.put(application, choice);
          }
        });
    return layer(choices);
  }

  /// What the slot would have of an application if there were not this rollout; null: nothing.
  static @Nullable Prior without(
      RolloutId id, HubState state, Name fleet, SlotRef slot, Name application) {
    if (!Destinations.has(state, fleet, slot, application)) {
      return null;
    }
    // What it has taken from older ones they do not have: nobody went to their release, nor, as
    // far as anybody knows, where it is kept behind a gate.
    List<Word> others =
        words(state, state.rollouts.of(fleet, application), slot, Rollout::isOutside).stream()
            .filter(word -> !word.record().id().equals(id))
            .filter(word -> !(word.choice() instanceof Choice.Gated it) || it.hasPermit())
            .toList();
    Assignment assigned = assigned(state, fleet, slot, application);
    Layer.Choice choice = choice(others, assigned);
    if (choice != null) {
      return new Prior(choice.release(), choice.version());
    }
    return assigned != null ? new Prior(assigned.release(), assigned.ref().version()) : null;
  }

  private static List<Word> words(
      HubState state, List<Rollout> newestFirst, SlotRef slot, Leaving leaving) {
    int holder = RolloutDriver.holder(state.holders.get(slot));
    List<Word> words = new ArrayList<>(1);
    boolean isTaken = false;
    for (Rollout rollout : newestFirst) {
      int member = rollout.find(slot);
      if (member >= 0) {
        boolean isOutside = leaving.isOutside(rollout, member);
        words.add(new Word(rollout.record(), rollout.choice(member, holder, isOutside, isTaken)));
        isTaken |= !rollout.hasLeft(member, isOutside);
      } else if (!isTaken) {
        Choice joined = leaving.joined(rollout, slot);
        if (joined != null) {
          words.add(new Word(rollout.record(), joined));
          isTaken = true;
        }
      }
    }
    return words;
  }

  private static Layer.@Nullable Choice choice(List<Word> newestFirst, @Nullable Assignment under) {
    for (int i = 0; i < newestFirst.size(); i++) {
      Word word = newestFirst.get(i);
      Layer.Choice choice = choice(word);
      if (choice != null) {
        return isOverruled(word.record(), under)
            ? null
            : furtherBack(word, choice, newestFirst, i + 1);
      }
    }
    return null;
  }

  /// What a device had before a rollout that was rolled back may be of an older one that was rolled
  /// back, too.
  private static Layer.Choice furtherBack(
      Word word, Layer.Choice choice, List<Word> newestFirst, int from) {
    if (!(word.record().state() instanceof RolloutState.RolledBack)) {
      return choice;
    }
    Layer.Choice back = choice;
    for (Word older : newestFirst.subList(from, newestFirst.size())) {
      boolean isBad =
          older.record().state() instanceof RolloutState.RolledBack
              && older.record().digest().equals(back.release());
      Layer.Choice before = isBad ? choice(older) : null;
      if (before != null) {
        back = before;
      }
    }
    return back;
  }

  private static Layer.@Nullable Choice choice(Word word) {
    RolloutRecord record = word.record();
    String object = "rollout " + record.id();
    Given given =
        new Given(record.createdBy(), record.createdMillis(), record.origin().writtenIn());
    return switch (word.choice()) {
      case Choice.None _ -> null;
      case Choice.Free free -> new Layer.Choice(free.release(), free.version(), object, given);
      case Choice.Gated gated ->
          new Layer.Choice(
              gated.release(),
              gated.version(),
              object,
              given,
              gateOf(gated).ofWave(record.plan().waves().get(gated.wave()).name()));
    };
  }

  private static Gate gateOf(Choice.Gated gated) {
    Name rollout = new Name(gated.rollout().toString());
    return gated.hasPermit()
        ? Gate.of(new Permit(rollout, gated.wave(), gated.grantedMillis(), gated.notAfterMillis()))
        : Gate.shut(rollout, gated.wave());
  }

  /// As if a rollout had brought these already.
  static Layer bringing(Map<Name, Layer.Choice> choices) {
    return new Layer(
        LayerKind.ROLLOUT, "rollout", choices, Map.of(), Map.of(), new Given("", 0, ""));
  }

  private static Optional<Layer> layer(Map<Name, Layer.Choice> choices) {
    return choices.isEmpty() ? Optional.empty() : Optional.of(bringing(choices));
  }

  /// The narrowest assignment that reaches the slot.
  private static @Nullable Assignment assigned(
      HubState state, Name fleet, SlotRef slot, Name application) {
    Assignment own =
        AssignCommands.at(
            state, new Assignment.Place(fleet, slot.site(), slot.slot()), application);
    if (own != null) {
      return own;
    }
    Assignment its =
        AssignCommands.at(state, new Assignment.Place(fleet, slot.site(), null), application);
    return its != null
        ? its
        : AssignCommands.at(state, new Assignment.Place(fleet, null, null), application);
  }
}
