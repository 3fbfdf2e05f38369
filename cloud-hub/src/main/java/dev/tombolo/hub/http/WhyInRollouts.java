package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.RolloutReasons;
import dev.tombolo.hub.rollout.RolloutReasons.Overruling;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// `why` with what rollouts and layers have to say: what rollouts wait for is named before what the
/// device itself says; what overrules them, and what does not come here, after it.
final class WhyInRollouts {
  private WhyInRollouts() {}

  static List<Why.Cause> of(DeviceCondition condition, HubViews views, long nowMillis) {
    List<Why.Cause> theirs = Why.causes(condition, nowMillis);
    if (!condition.device().isActive()) {
      return theirs;
    }
    SlotRef slot = condition.device().slot();
    Optional<SlotSettings> settings = views.settings(slot, nowMillis);
    List<Standing> standings = views.rollouts().standings(slot, nowMillis);
    List<Layer> layers = settings.map(SlotSettings::layers).orElse(List.of());
    List<Why.Cause> all =
        new ArrayList<>(among(theirs, standings, record -> overruling(record, layers)));
    settings.ifPresent(its -> all.addAll(overruled(its, all)));
    settings.flatMap(WhyInRollouts::leftOut).map(Why.Cause::new).ifPresent(all::add);
    return all;
  }

  /// As [RolloutReasons#among], each with the application that it is about. Of what the device says
  /// the order stays, so equal reasons of two applications are told apart by it.
  static List<Why.Cause> among(
      List<Why.Cause> theirs,
      List<Standing> standings,
      Function<RolloutRecord, Optional<Overruling>> overruling) {
    List<Why.Cause> unsaid = new ArrayList<>(theirs);
    Map<Reason, Name> ofRollouts = new HashMap<>();
    standings.stream()
        .map(it -> it.record().application())
        .distinct()
        .forEach(
            application ->
                RolloutReasons.among(List.of(), of(application, standings), overruling)
                    .forEach(reason -> ofRollouts.put(reason, application)));
    List<Why.Cause> all = new ArrayList<>();
    for (Reason reason :
        RolloutReasons.among(
            theirs.stream().map(Why.Cause::reason).toList(), standings, overruling)) {
      Optional<Why.Cause> said =
          unsaid.stream().filter(it -> it.reason().equals(reason)).findFirst();
      said.ifPresent(unsaid::remove);
      all.add(said.orElseGet(() -> new Why.Cause(ofRollouts.get(reason), reason)));
    }
    return all;
  }

  private static List<Standing> of(Name application, List<Standing> standings) {
    return standings.stream().filter(it -> it.record().application().equals(application)).toList();
  }

  /// What somebody has assigned to the slot since the rollout was made: the narrowest counts.
  static Optional<Overruling> overruling(RolloutRecord record, List<Layer> layers) {
    Optional<Overruling> narrowest = Optional.empty();
    for (Layer layer : layers) {
      boolean isAssigned =
          switch (layer.kind()) {
            case FLEET, SITE, DEVICE -> true;
            case GLOBAL, ROLLOUT, OVERRIDE -> false;
          };
      Layer.Choice choice = isAssigned ? layer.choices().get(record.application()) : null;
      if (choice != null) {
        narrowest =
            choice.given().millis() <= record.createdMillis()
                ? Optional.empty()
                : Optional.of(
                    new Overruling(
                        layer.kind().word() + "/" + layer.name(),
                        choice.release(),
                        choice.version(),
                        layer.kind() == LayerKind.FLEET));
      }
    }
    return narrowest;
  }

  /// Of each application the widest layer whose release does not count here, for a narrower one has
  /// another. What a rollout brings, or is said to be overruled by, is not said again.
  static List<Why.Cause> overruled(SlotSettings settings, List<Why.Cause> said) {
    List<Why.Cause> overruled = new ArrayList<>();
    for (Resolved.Application application : Layering.of(settings).applications()) {
      Resolved.Chosen counts = application.releases().getLast();
      String assigned = release(application, counts);
      boolean isOfARollout =
          counts.layer() == LayerKind.ROLLOUT
              || said.stream()
                  .anyMatch(
                      it ->
                          it.reason() instanceof Reason.RolloutOverruled rollout
                              && rollout.assigned().equals(assigned));
      if (!isOfARollout) {
        application.releases().stream()
            .filter(it -> !it.choice().release().equals(counts.choice().release()))
            .findFirst()
            .ifPresent(
                it ->
                    overruled.add(
                        new Why.Cause(
                            application.name(),
                            new Reason.LayerOverruled(
                                place(it), release(application, it), place(counts), assigned))));
      }
    }
    return overruled;
  }

  private static String release(Resolved.Application application, Resolved.Chosen chosen) {
    return new ReleaseRef(application.name(), chosen.choice().version()).toString();
  }

  private static String place(Resolved.Chosen chosen) {
    String object = chosen.object();
    return chosen.layer().word() + "/" + object.substring(object.indexOf(' ') + 1);
  }

  /// What is selected for the fleet, or by a rollout, and goes only to other devices.
  static Optional<Reason> leftOut(SlotSettings settings) {
    Set<String> out = new TreeSet<>();
    for (Layer layer : settings.layers()) {
      layer.choices().keySet().forEach(name -> out.add(name.text()));
    }
    Layering.of(settings)
        .applications()
        .forEach(application -> out.remove(application.name().text()));
    return out.isEmpty() ? Optional.empty() : Optional.of(new Reason.LeftOut(List.copyOf(out)));
  }
}
