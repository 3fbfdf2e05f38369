package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.desired.SlotSettings.Policies;
import dev.tombolo.hub.desired.TimesLayer;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts operators' objects together to what bears on one slot.
public final class SlotLayers {
  private static final Given NOBODY = new Given("", 0, "");

  private SlotLayers() {}

  /// What all slots of a fleet share: made once for all of them.
  ///
  /// @param layers the global ones and the fleet's own
  public record OfFleet(
      Name fleet, List<Layer> layers, Map<Name, Policies> policies, List<TimesLayer> times) {
    public OfFleet {
      layers = List.copyOf(layers);
      policies = Map.copyOf(policies);
      times = List.copyOf(times);
    }
  }

  /// @param kept null for a fleet that is not known
  /// @param wanted what is selected for the whole fleet
  public static OfFleet ofFleet(
      Name fleet,
      @Nullable Kept<AdminObject.Fleet> kept,
      Collection<Kept<AdminObject.Application>> applications,
      Collection<Assignment> wanted) {
    List<Layer> layers = new ArrayList<>();
    Map<Name, Policies> policies = new HashMap<>();
    Map<Name, Kept<AdminObject.Application>> choosers = new HashMap<>();
    for (Kept<AdminObject.Application> application : applications) {
      AdminObject.Application content = application.content();
      choosers.put(content.name(), application);
      if (!content.parameters().isEmpty()) {
        layers.add(
            new Layer(
                LayerKind.GLOBAL,
                content.title(),
                Map.of(),
                Map.of(content.name(), content.parameters()),
                application.given(),
                application.whole()));
      }
      if (!content.policies().isEmpty()) {
        policies.put(
            content.name(),
            new Policies(
                content.title(), content.policies(), application.given(), application.whole()));
      }
    }
    AdminObject.Fleet content = kept == null ? null : kept.content();
    Map<Name, Layer.Choice> choices = new HashMap<>();
    for (Assignment assignment : wanted) {
      choices.put(
          assignment.application(), choice(assignment, choosers.get(assignment.application())));
    }
    layers.add(
        new Layer(
            LayerKind.FLEET,
            "fleet " + fleet,
            choices,
            content == null ? Map.of() : content.parameters(),
            kept == null ? Map.of() : kept.given(),
            kept == null ? NOBODY : kept.whole(),
            content == null ? Optional.empty() : content.line()));
    List<TimesLayer> times = new ArrayList<>(1);
    if (kept != null && content != null && !content.times().isAny()) {
      times.add(
          new TimesLayer(
              LayerKind.FLEET, content.title(), content.times(), kept.given(), kept.whole()));
    }
    return new OfFleet(fleet, layers, policies, times);
  }

  static OfFleet ofFleet(HubState state, Name fleet) {
    return ofFleet(
        fleet,
        state.fleets.get(fleet),
        state.applications.getOrDefault(fleet, new TreeMap<>()).values(),
        wanted(state, new Assignment.Place(fleet, null, null)));
  }

  static SlotSettings of(HubState state, OfFleet fleet, Kept<AdminObject.Site> site, SlotRef slot) {
    return of(
        fleet,
        site,
        slot,
        state.slots.get(slot),
        wanted(state, new Assignment.Place(fleet.fleet(), slot.site(), null)),
        wanted(state, new Assignment.Place(fleet.fleet(), slot.site(), slot.slot())),
        RolloutLayer.of(state, fleet.fleet(), slot));
  }

  private static Collection<Assignment> wanted(HubState state, Assignment.Place place) {
    TreeMap<Name, Assignment> there = state.assignments.get(place);
    return there == null ? List.of() : there.values();
  }

  /// @param wantedInSite what is selected for the whole site
  /// @param rollouts what [RolloutLayer] says of the slot
  public static SlotSettings of(
      OfFleet fleet,
      Kept<AdminObject.Site> site,
      SlotRef ref,
      @Nullable Kept<AdminObject.Slot> slot,
      Collection<Assignment> wantedInSite,
      Collection<Assignment> wantedInSlot,
      Optional<Layer> rollouts) {
    List<Layer> layers = new ArrayList<>(fleet.layers().size() + 3);
    layers.addAll(fleet.layers());
    layers.add(
        new Layer(
            LayerKind.SITE,
            "site " + ref.site(),
            choices(wantedInSite),
            site.content().parameters(),
            site.given(),
            site.whole(),
            site.content().line()));
    layers.add(
        new Layer(
            LayerKind.DEVICE,
            "slot " + ref,
            choices(wantedInSlot),
            slot == null ? Map.of() : slot.content().parameters(),
            slot == null ? Map.of() : slot.given(),
            slot == null ? NOBODY : slot.whole()));
    rollouts.ifPresent(layers::add);
    List<TimesLayer> times = fleet.times();
    if (!site.content().times().isAny()) {
      times = new ArrayList<>(times);
      times.add(
          new TimesLayer(
              LayerKind.SITE,
              site.content().title(),
              site.content().times(),
              site.given(),
              site.whole()));
    }
    return new SlotSettings(
        new PlaceFacts(
            site.content().fleet(),
            ref,
            site.content().labels(),
            slot == null ? Map.of() : slot.content().labels()),
        layers,
        fleet.policies(),
        times);
  }

  private static Map<Name, Layer.Choice> choices(Collection<Assignment> wanted) {
    if (wanted.isEmpty()) {
      return Map.of();
    }
    Map<Name, Layer.Choice> choices = new HashMap<>();
    wanted.forEach(assignment -> choices.put(assignment.application(), choice(assignment, null)));
    return choices;
  }

  /// @param chooser the application object, which has the release in a file
  private static Layer.Choice choice(
      Assignment assignment, @Nullable Kept<AdminObject.Application> chooser) {
    Given given = new Given(assignment.changedBy(), assignment.changedMillis(), "");
    boolean isByFile =
        chooser != null && chooser.content().release().filter(assignment.ref()::equals).isPresent();
    if (chooser == null || !isByFile) {
      return new Layer.Choice(assignment.release(), assignment.ref().version(), "", given);
    }
    Given written = chooser.given().get(GivenValues.RELEASE);
    // Somebody may have selected it again since, by hand, or by another file.
    String source =
        written != null && written.millis() == assignment.changedMillis() ? written.source() : "";
    return new Layer.Choice(
        assignment.release(),
        assignment.ref().version(),
        chooser.content().title(),
        given.from(source));
  }
}
