package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Template;
import dev.tombolo.protocol.id.Name;
import java.util.Map;

/// Whether something may go wrong on one device that does not show in the objects themselves:
/// templates and overrides depend on the device's labels.
final class ByDevice {
  private ByDevice() {}

  /// Of a release that is selected for devices of a fleet.
  static boolean isSelection(HubState state, Planned planned, Name fleet, Name application) {
    if (state.isAnyPlaceTemplated()
        || Template.isAmong(planned.ofFleet(fleet, application).values())) {
      return true;
    }
    for (Kept<AdminObject.Application> kept : planned.applicationsOf(fleet)) {
      AdminObject.Application there = kept.content();
      if (there.name().equals(application)) {
        return isTemplated(there) || !there.policies().isEmpty();
      }
    }
    return false;
  }

  /// Of anything that changes in a fleet.
  static boolean isFleet(HubState state, Planned planned, Name fleet) {
    Kept<AdminObject.Fleet> kept = state.fleets.get(fleet);
    if (kept != null && isTemplated(kept.content())) {
      return true;
    }
    for (Kept<AdminObject.Application> application : planned.applicationsOf(fleet)) {
      if (isTemplated(application.content()) || !application.content().policies().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  static boolean isTemplated(AdminObject object) {
    return switch (object) {
      case AdminObject.Fleet it -> isTemplated(it.parameters());
      case AdminObject.Site it -> isTemplated(it.parameters());
      case AdminObject.Slot it -> isTemplated(it.parameters());
      case AdminObject.Application it -> Template.isAmong(it.parameters().values());
      case AdminObject.Rollout it -> false;
    };
  }

  private static boolean isTemplated(Map<Name, Map<String, String>> parameters) {
    for (Map<String, String> values : parameters.values()) {
      if (Template.isAmong(values.values())) {
        return true;
      }
    }
    return false;
  }
}
