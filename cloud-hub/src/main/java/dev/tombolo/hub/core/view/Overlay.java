package dev.tombolo.hub.core.view;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Objects that are tried out, laid over those that are kept: what a dry run tells is told of both.
public final class Overlay {
  public static final Overlay NONE = new Overlay(List.of());

  private final Map<Name, AdminObject.Fleet> fleets = new HashMap<>();
  private final Map<Name, AdminObject.Site> sites = new HashMap<>();
  private final Map<SlotRef, AdminObject.Slot> slots = new HashMap<>();
  private final Map<String, AdminObject.Application> applications = new HashMap<>();

  public Overlay(List<AdminObject> objects) {
    for (AdminObject object : objects) {
      switch (object) {
        case AdminObject.Fleet fleet -> fleets.put(fleet.name(), fleet);
        case AdminObject.Site site -> sites.put(site.name(), site);
        case AdminObject.Slot slot -> slots.put(slot.ref(), slot);
        case AdminObject.Application it -> applications.put(key(it.fleet(), it.name()), it);
        case AdminObject.Rollout _ -> {
          // Nothing is kept of it that another object is read with.
        }
      }
    }
  }

  public AdminObject.@Nullable Fleet fleet(Name fleet) {
    return fleets.get(fleet);
  }

  public AdminObject.@Nullable Site site(Name site) {
    return sites.get(site);
  }

  public AdminObject.@Nullable Slot slot(SlotRef slot) {
    return slots.get(slot);
  }

  public AdminObject.@Nullable Application application(Name fleet, Name application) {
    return applications.get(key(fleet, application));
  }

  /// Its sites of a fleet; they may be another's as they are kept.
  public List<Name> sitesOf(Name fleet) {
    return sites.values().stream()
        .filter(site -> site.fleet().equals(fleet))
        .map(AdminObject.Site::name)
        .toList();
  }

  private static String key(Name fleet, Name application) {
    return fleet + "/" + application;
  }
}
