package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.Rendering;
import dev.tombolo.hub.desired.Selections;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.hub.rollout.Choice;
import dev.tombolo.hub.rollout.Prior;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Renders what a slot's device should be from the operators' settings. Sections that many devices
/// have alike (workloads, releases, trust) are made once and shared; the memory of them changes how
/// fast an answer comes, never the answer.
final class Rendered {
  private static final int SHARED_WORKLOADS_MAX = 256;

  private final HubState state;
  private final Map<WorkloadsSection, RenderedSection> workloads =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<WorkloadsSection, RenderedSection> eldest) {
          return size() > SHARED_WORKLOADS_MAX;
        }
      };
  private final Map<Digest, RenderedSection> releases = new HashMap<>();
  private @Nullable RenderedSection trust;
  private int trustRoots = -1;

  Rendered(HubState state) {
    this.state = state;
  }

  /// @throws IllegalStateException when the slot's site is unknown, which no device can reach
  Rendering of(SlotRef slot) {
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      throw new IllegalStateException("no site for slot " + slot);
    }
    WorkloadsSection selected = selected(site.content(), slot);
    List<RenderedSection> sections = new ArrayList<>(3 + selected.applications().size());
    sections.add(place(site.content(), slot));
    sections.add(trust());
    sections.add(workloads(selected));
    List<Digest> chosen = new ArrayList<>(selected.applications().size());
    for (Selection selection : selected.applications()) {
      sections.add(release(selection));
      chosen.add(selection.release());
    }
    return new Rendering(sections, chosen, selected.requires());
  }

  /// What would be selected for a slot.
  WorkloadsSection selected(AdminObject.Site site, SlotRef slot) {
    Name fleet = site.fleet();
    List<Layer> layers = new ArrayList<>(5);
    layers.add(new Layer(Map.of(), applicationParameters(fleet)));
    Kept<AdminObject.Fleet> fleetKept = state.fleets.get(fleet);
    layers.add(
        new Layer(
            choices(new Assignment.Place(fleet, null, null)),
            fleetKept == null ? Map.of() : fleetKept.content().parameters()));
    layers.add(
        new Layer(choices(new Assignment.Place(fleet, slot.site(), null)), site.parameters()));
    Kept<AdminObject.Slot> slotKept = state.slots.get(slot);
    layers.add(
        new Layer(
            choices(new Assignment.Place(fleet, slot.site(), slot.slot())),
            slotKept == null ? Map.of() : slotKept.content().parameters()));
    layers.add(new Layer(rolloutChoices(fleet, slot), Map.of()));
    return Selections.of(layers);
  }

  private Map<Name, Layer.Choice> rolloutChoices(Name fleet, SlotRef slot) {
    Map<Name, Layer.Choice> choices = new HashMap<>();
    state
        .rollouts
        .of(fleet)
        .forEach(
            (application, rollouts) -> {
              Layer.Choice choice = rolloutChoice(fleet, slot, application, rollouts);
              if (choice != null) {
                choices.put(application, choice);
              }
            });
    return choices;
  }

  /// What the newest rollout with something to say selects, unless an operator has selected
  /// something since.
  private Layer.@Nullable Choice rolloutChoice(
      Name fleet, SlotRef slot, Name application, List<Rollout> newestFirst) {
    for (Rollout rollout : newestFirst) {
      int member = rollout.find(slot);
      if (member < 0) {
        continue;
      }
      Layer.Choice choice =
          switch (rollout.choice(member, RolloutDriver.holder(state.holders.get(slot)))) {
            case Choice.None _ -> null;
            case Choice.Free free -> new Layer.Choice(free.release(), free.version());
            case Choice.Gated gated ->
                new Layer.Choice(gated.release(), gated.version(), gateOf(gated));
          };
      if (choice != null) {
        Assignment assigned = assigned(fleet, slot, application);
        boolean isOverruled =
            assigned != null && assigned.changedMillis() > rollout.record().createdMillis();
        return isOverruled ? null : choice;
      }
    }
    return null;
  }

  private static Gate gateOf(Choice.Gated gated) {
    Name rollout = new Name(gated.rollout().toString());
    return gated.hasPermit()
        ? Gate.of(new Permit(rollout, gated.wave(), gated.grantedMillis(), gated.notAfterMillis()))
        : Gate.shut(rollout, gated.wave());
  }

  /// What the slot would have of an application if there were not this rollout.
  @Nullable Prior without(RolloutId id, Name fleet, SlotRef slot, Name application) {
    Layer.Choice choice =
        rolloutChoice(
            fleet,
            slot,
            application,
            state.rollouts.of(fleet, application).stream()
                .filter(rollout -> !rollout.id().equals(id))
                .toList());
    if (choice != null) {
      return new Prior(choice.release(), choice.version());
    }
    Assignment assigned = assigned(fleet, slot, application);
    return assigned == null ? null : new Prior(assigned.release(), assigned.ref().version());
  }

  /// The narrowest assignment that reaches the slot.
  private @Nullable Assignment assigned(Name fleet, SlotRef slot, Name application) {
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

  private Map<Name, Map<String, String>> applicationParameters(Name fleet) {
    TreeMap<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    if (there == null) {
      return Map.of();
    }
    Map<Name, Map<String, String>> parameters = new HashMap<>();
    there.forEach((name, kept) -> parameters.put(name, kept.content().parameters()));
    return parameters;
  }

  private Map<Name, Layer.Choice> choices(Assignment.Place place) {
    TreeMap<Name, Assignment> there = state.assignments.get(place);
    if (there == null || there.isEmpty()) {
      return Map.of();
    }
    Map<Name, Layer.Choice> choices = new HashMap<>();
    there.forEach(
        (name, assignment) ->
            choices.put(name, new Layer.Choice(assignment.release(), assignment.ref().version())));
    return choices;
  }

  private RenderedSection place(AdminObject.Site site, SlotRef slot) {
    Kept<AdminObject.Slot> kept = state.slots.get(slot);
    String displayName = kept == null ? "" : kept.content().displayName();
    return RenderedSection.of(
        Section.PLACE,
        Json.write(
            new PlaceSection(
                site.fleet(),
                slot.site(),
                slot.slot(),
                displayName.isEmpty() ? null : displayName,
                site.timeZone())));
  }

  private RenderedSection workloads(WorkloadsSection selected) {
    RenderedSection shared = workloads.get(selected);
    if (shared == null) {
      shared = RenderedSection.of(Section.WORKLOADS, Json.write(selected));
      workloads.put(selected, shared);
    }
    return shared;
  }

  private RenderedSection release(Selection selection) {
    RenderedSection shared = releases.get(selection.release());
    if (shared == null) {
      ReleaseRecord release = state.releases.get(selection.release());
      if (release == null) {
        throw new IllegalStateException(
            "release " + selection.release() + " is assigned, not kept");
      }
      shared =
          RenderedSection.of(Section.RELEASE_PREFIX + selection.name(), release.envelopeText());
      releases.put(selection.release(), shared);
    }
    return shared;
  }

  private RenderedSection trust() {
    RenderedSection shared = trust;
    if (shared == null || trustRoots != state.publisherRoots.size()) {
      shared =
          RenderedSection.of(
              Section.TRUST,
              Json.write(
                  new TrustSection(
                      state.publisherRoots.stream().map(PublisherRootRecord::envelope).toList())));
      trust = shared;
      trustRoots = state.publisherRoots.size();
    }
    return shared;
  }
}
