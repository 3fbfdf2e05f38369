package dev.tombolo.hub.core;

import dev.tombolo.hub.core.Assignment.Place;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Template;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Parameters;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks parameters against what the selected releases declare, so that an operator hears at once
/// what every device would refuse. A value is good when some variant of the release takes it: the
/// hub does not choose the variant. That none is missing only the device can tell.
final class ParameterCheck {
  /// Sites and slots whose parameters are looked at when a release is selected for all of them. The
  /// devices of further ones refuse by themselves.
  static final int PLACES_LOOKED_MAX = 2_000;

  private static final int RELEASES_KNOWN_MAX = 64;
  private static final int ENVELOPE_BYTES_MAX = Limits.SECTION_BYTES_MAX;

  private final HubState state;

  /// Releases already read; changes how fast an answer comes, never the answer.
  private final Map<Digest, Map<String, List<Variant.Parameter>>> known =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<Digest, Map<String, List<Variant.Parameter>>> eldest) {
          return size() > RELEASES_KNOWN_MAX;
        }
      };

  ParameterCheck(HubState state) {
    this.state = state;
  }

  /// Null when an object's parameters fit the releases that its place selects.
  @Nullable Reason object(AdminObject object, Planned planned) {
    return switch (object) {
      case AdminObject.Fleet fleet ->
          layer(
              "fleet " + fleet.name(),
              fleet.parameters(),
              application -> planned.releasesIn(fleet.name(), application));
      case AdminObject.Site site ->
          layer(
              "site " + site.name(),
              site.parameters(),
              application -> planned.releasesIn(site.fleet(), site.name(), application));
      case AdminObject.Slot slot -> slot(slot, planned);
      case AdminObject.Application a -> {
        Reason own =
            a.parameters().isEmpty()
                ? null
                : values(
                    "application " + a.fleet() + "/" + a.name(),
                    a.name(),
                    a.parameters(),
                    planned.releasesIn(a.fleet(), a.name()));
        yield own != null || a.release().isEmpty()
            ? own
            : assignment(a.release().get(), new Place(a.fleet(), null, null), planned);
      }
      case AdminObject.Rollout rollout -> null;
    };
  }

  private @Nullable Reason slot(AdminObject.Slot slot, Planned planned) {
    Name fleet = planned.fleetOf(slot.ref().site());
    return fleet == null
        ? null
        : layer(
            "slot " + slot.ref(),
            slot.parameters(),
            application -> {
              Digest release = planned.releaseOf(fleet, slot.ref(), application);
              return release == null ? Set.of() : Set.of(release);
            });
  }

  /// Null when the parameters that reach a place fit the release that is to be selected there.
  @Nullable Reason assignment(ReleaseRef ref, Place place, Planned planned) {
    ReleaseRecord release = state.releasesByRef.get(ref);
    if (release == null) {
      return null;
    }
    Set<Digest> wanted = Set.of(release.digest());
    Name application = ref.name();
    Name fleet = place.fleet();
    Map<String, Map<String, String>> layers = new LinkedHashMap<>();
    layers.put(
        "application " + fleet + "/" + application, planned.ofApplication(fleet, application));
    layers.put("fleet " + fleet, planned.ofFleet(fleet, application));
    if (place.site() != null) {
      layers.put("site " + place.site(), planned.ofSite(place.site(), application));
    }
    if (place.site() != null && place.slot() != null) {
      SlotRef slot = new SlotRef(place.site(), place.slot());
      layers.put("slot " + slot, planned.ofSlot(slot, application));
      leaveOutOverridden(layers);
    } else {
      addPlacesBelow(place, application, planned, layers);
    }
    for (Map.Entry<String, Map<String, String>> layer : layers.entrySet()) {
      Reason wrong = values(layer.getKey(), application, layer.getValue(), wanted);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  /// Whether more places say something of the application than [#assignment] looks at.
  boolean isOfManyPlaces(Name application) {
    return state.sitesWithParameters(application).size()
            + state.slotsWithParameters(application).size()
        > PLACES_LOOKED_MAX;
  }

  /// For one slot it is known which value of which layer counts.
  private static void leaveOutOverridden(Map<String, Map<String, String>> layers) {
    Map<String, String> owners = new TreeMap<>();
    layers.forEach((where, values) -> values.keySet().forEach(name -> owners.put(name, where)));
    layers.replaceAll(
        (where, values) -> {
          Map<String, String> counting = new TreeMap<>(values);
          counting.keySet().removeIf(name -> !where.equals(owners.get(name)));
          return counting;
        });
  }

  /// Those that select no other release themselves. What the list itself brings is checked there.
  private void addPlacesBelow(
      Place place, Name application, Planned planned, Map<String, Map<String, String>> layers) {
    Name fleet = place.fleet();
    int looked = 0;
    if (place.site() == null) {
      for (Name site : state.sitesWithParameters(application)) {
        if (looked++ == PLACES_LOOKED_MAX) {
          return;
        }
        if (!planned.has(site) && isReached(new Place(fleet, site, null), application, planned)) {
          layers.put("site " + site, planned.ofSite(site, application));
        }
      }
    }
    Collection<SlotRef> slots =
        place.site() == null ? state.slotsWithParameters(application) : state.slotsOf(place.site());
    for (SlotRef slot : slots) {
      if (looked++ == PLACES_LOOKED_MAX) {
        return;
      }
      Place at = new Place(fleet, slot.site(), slot.slot());
      boolean isSiteReached =
          place.site() != null
              || AssignCommands.at(state, new Place(fleet, slot.site(), null), application) == null;
      if (!planned.has(slot) && isSiteReached && isReached(at, application, planned)) {
        layers.put("slot " + slot, planned.ofSlot(slot, application));
      }
    }
  }

  private boolean isReached(Place place, Name application, Planned planned) {
    Name site = place.site();
    return site != null
        && place.fleet().equals(planned.fleetOf(site))
        && AssignCommands.at(state, place, application) == null;
  }

  private @Nullable Reason layer(
      String where,
      Map<Name, Map<String, String>> parameters,
      Function<Name, Set<Digest>> releases) {
    for (Map.Entry<Name, Map<String, String>> entry : new TreeMap<>(parameters).entrySet()) {
      Reason wrong =
          values(where, entry.getKey(), entry.getValue(), releases.apply(entry.getKey()));
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  private @Nullable Reason values(
      String where, Name application, Map<String, String> values, Set<Digest> releases) {
    for (Digest digest : releases) {
      ReleaseRecord release = state.releases.get(digest);
      if (release == null) {
        continue;
      }
      Map<String, List<Variant.Parameter>> declared = declaredBy(release);
      for (Map.Entry<String, String> value : new TreeMap<>(values).entrySet()) {
        boolean isFilledLater = Template.isOne(value.getValue());
        String fix =
            isFilledLater && declared.containsKey(value.getKey())
                ? null
                : fixOf(value.getKey(), value.getValue(), declared, release.ref());
        if (fix != null) {
          return new Reason.InputInvalid(
              where + " parameters." + application + "." + value.getKey(), value.getValue(), fix);
        }
      }
    }
    return null;
  }

  /// Null when the release takes the value, or is not known.
  @Nullable String problem(Digest digest, String name, String value) {
    ReleaseRecord release = state.releases.get(digest);
    return release == null ? null : fixOf(name, value, declaredBy(release), release.ref());
  }

  private static @Nullable String fixOf(
      String name,
      String value,
      Map<String, List<Variant.Parameter>> declared,
      ReleaseRef release) {
    List<Variant.Parameter> parameters = declared.get(name);
    if (parameters == null) {
      String meant =
          NearMiss.of(name, declared.keySet())
              .map(near -> ", did you mean '" + near + "'?")
              .orElse(
                  declared.isEmpty()
                      ? ", it takes none"
                      : ", only " + String.join(", ", declared.keySet()));
      return release + " has no such parameter" + meant;
    }
    String first = null;
    for (Variant.Parameter parameter : parameters) {
      if (!(Parameters.problem(parameter, value) instanceof Reason.ParameterInvalid problem)) {
        return null;
      }
      first = first == null ? problem.detail() : first;
    }
    return "for " + release + " " + first;
  }

  private Map<String, List<Variant.Parameter>> declaredBy(ReleaseRecord release) {
    Map<String, List<Variant.Parameter>> declared = known.get(release.digest());
    if (declared == null) {
      declared = read(release);
      known.put(release.digest(), declared);
    }
    return declared;
  }

  private static Map<String, List<Variant.Parameter>> read(ReleaseRecord release) {
    Map<String, List<Variant.Parameter>> declared = new TreeMap<>();
    for (Variant variant : manifest(release).variants()) {
      for (Variant.Parameter parameter : variant.parameters()) {
        declared.computeIfAbsent(parameter.name(), name -> new ArrayList<>(1)).add(parameter);
      }
    }
    return declared;
  }

  private static ReleaseManifest manifest(ReleaseRecord release) {
    try {
      Envelope envelope = Json.read(Envelope.class, release.envelopeText(), ENVELOPE_BYTES_MAX);
      byte[] payload = Base64.getDecoder().decode(envelope.payload());
      return Json.read(
          ReleaseManifest.class,
          new String(payload, StandardCharsets.UTF_8),
          Limits.RELEASE_MANIFEST_BYTES_MAX);
    } catch (MalformedException e) {
      throw new IllegalStateException(release.ref() + " was verified, and cannot be read", e);
    }
  }
}
