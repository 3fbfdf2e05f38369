package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.RenderedSection;
import dev.tombolo.hub.desired.Rendering;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.release.PublisherRootRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Renders what a slot's device should be from the operators' settings. Sections that many devices
/// have alike (workloads, releases, trust) are made once and shared; the memory of them changes how
/// fast an answer comes, never the answer.
final class Rendered {
  private static final int SHARED_MAX = 256;

  private final HubState state;
  private final Map<WorkloadsSection, RenderedSection> workloads = new Recent<>();
  private final Map<PlaceSection, RenderedSection> places = new Recent<>();
  private final Map<PeersSection, RenderedSection> peers = new Recent<>();
  private final Map<Times, RenderedSection> windows = new Recent<>();
  private final Map<LineSection, RenderedSection> lines = new Recent<>();
  private final Map<Name, Shared> fleets = new Recent<>();

  /// What a section of windows is made of.
  private record Times(
      String timeZone, SiteTimes times, int year, @Nullable Long liftedUntilMillis) {}

  private final Map<Digest, RenderedSection> releases = new HashMap<>();

  /// Of the slots asked for since anything changed. Each is asked for several times: when a device
  /// is looked at, when its document is signed, when it has it.
  private PartedMap<SlotRef, Known> slots = new PartedMap<>();

  private long slotsRevision;

  /// The same from one time to another, as long as nothing else changes.
  ///
  /// @param year the only one, if it says anything of a year
  private record Known(
      Rendering rendering, @Nullable Integer year, long fromMillis, long untilMillis) {
    boolean isOf(SlotRef slot, long nowMillis) {
      return nowMillis >= fromMillis
          && nowMillis < untilMillis
          && (year == null || year == SiteWindows.year(slot.site().text(), nowMillis));
    }
  }

  private @Nullable RenderedSection trust;
  private int trustRoots = -1;

  /// What the slots of a fleet share, as of a revision of its settings.
  private record Shared(long revision, SlotLayers.OfFleet fleet) {}

  private static final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > SHARED_MAX;
    }
  }

  Rendered(HubState state) {
    this.state = state;
  }

  /// @throws IllegalStateException when the slot's site is unknown, which no device can reach
  Rendering of(SlotRef slot, long nowMillis) {
    if (slotsRevision != state.documentsRevision()) {
      slotsRevision = state.documentsRevision();
      // Not cleared: that takes as long as the map has ever been large.
      slots = new PartedMap<>();
    }
    Known known = slots.get(slot);
    if (known == null || !known.isOf(slot, nowMillis)) {
      known = known(render(slot, nowMillis), slot, nowMillis);
      slots.put(slot, known);
    }
    return known.rendering();
  }

  private Known known(Rendering rendering, SlotRef slot, long nowMillis) {
    if (!rendering.dependsOnTime()) {
      return new Known(rendering, null, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    int year = SiteWindows.year(slot.site().text(), nowMillis);
    WindowLift lift = state.lifts.get(slot);
    if (lift == null) {
      return new Known(rendering, year, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    return lift.untilMillis() > nowMillis
        ? new Known(rendering, year, Long.MIN_VALUE, lift.untilMillis())
        : new Known(rendering, year, lift.untilMillis(), Long.MAX_VALUE);
  }

  private Rendering render(SlotRef slot, long nowMillis) {
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      throw new IllegalStateException("no site for slot " + slot);
    }
    WorkloadsSection selected = told(resolved(site, slot).section(), site.content().fleet(), slot);
    List<RenderedSection> sections = new ArrayList<>(3 + selected.applications().size());
    sections.add(place(site.content(), slot));
    sections.add(trust());
    List<DeviceId> sharing = state.sharersWith(slot);
    if (sharing.size() > 1) {
      sections.add(peers(sharing));
    }
    sections.add(workloads(selected));
    List<String> requires = new ArrayList<>(selected.requires());
    SiteTimes times = state.timesOf(site.content());
    if (!times.isAny()) {
      sections.add(windows(site.content(), times, slot, nowMillis));
      requires.add(Features.WINDOWS);
    }
    LineSection line = line(site.content(), slot, nowMillis);
    if (line != null && !state.lacks(slot, Features.LINE)) {
      sections.add(line(line));
      requires.add(Features.LINE);
    }
    List<Digest> chosen = new ArrayList<>(selected.applications().size());
    for (Selection selection : selected.applications()) {
      sections.add(release(selection));
      chosen.add(selection.release());
    }
    return new Rendering(sections, chosen, requires);
  }

  /// What would be selected for a slot, and why.
  Resolved resolved(Kept<AdminObject.Site> site, SlotRef slot) {
    Name fleet = site.content().fleet();
    Shared shared = fleets.get(fleet);
    long revision = state.fleetRevision(fleet);
    if (shared == null || shared.revision() != revision) {
      shared = new Shared(revision, SlotLayers.ofFleet(state, fleet));
      fleets.put(fleet, shared);
    }
    return Layering.of(SlotLayers.of(state, shared.fleet(), site, slot));
  }

  /// With what its agent is to say of rollouts, if it can.
  private WorkloadsSection told(WorkloadsSection selected, Name fleet, SlotRef slot) {
    if (state.rollouts.of(fleet).isEmpty()) {
      return selected;
    }
    if (state.lacks(slot, Features.WHY)) {
      return selected.plain();
    }
    List<Selection> told = new ArrayList<>(selected.applications().size());
    for (Selection each : selected.applications()) {
      told.add(each.overruling(RolloutLayer.overruled(state, fleet, slot, each.name())));
    }
    return new WorkloadsSection(told);
  }

  private RenderedSection place(AdminObject.Site site, SlotRef slot) {
    Kept<AdminObject.Slot> kept = state.slots.get(slot);
    String displayName = kept == null ? "" : kept.content().displayName();
    PlaceSection section =
        new PlaceSection(
            site.fleet(),
            slot.site(),
            slot.slot(),
            displayName.isEmpty() ? null : displayName,
            site.timeZone());
    RenderedSection shared = places.get(section);
    if (shared == null) {
      shared = RenderedSection.of(Section.PLACE, Json.write(section));
      places.put(section, shared);
    }
    return shared;
  }

  /// Alike for all devices of a site, but in sites with very many.
  private RenderedSection peers(List<DeviceId> sharing) {
    List<PeersSection.Peer> named = new ArrayList<>(sharing.size());
    for (DeviceId each : sharing) {
      named.add(peer(each));
    }
    PeersSection section = new PeersSection(named);
    RenderedSection shared = peers.get(section);
    if (shared == null) {
      shared = RenderedSection.of(Section.PEERS, Json.write(section));
      peers.put(section, shared);
    }
    return shared;
  }

  private RenderedSection windows(
      AdminObject.Site site, SiteTimes times, SlotRef slot, long nowMillis) {
    int year = SiteWindows.year(site.name().text(), nowMillis);
    WindowLift lift = state.lifts.get(slot);
    Long until = lift == null || lift.untilMillis() <= nowMillis ? null : lift.untilMillis();
    Times key = new Times(site.timeZone(), times, year, until);
    RenderedSection shared = windows.get(key);
    if (shared == null) {
      shared =
          RenderedSection.of(
              Section.WINDOWS,
              Json.write(SiteWindows.section(site.timeZone(), times, year, until)));
      windows.put(key, shared);
    }
    return shared;
  }

  /// Null when nothing is said of it. It is left out for an agent that does not know it, which
  /// would refuse this document and every newer one; `why` says so.
  private @Nullable LineSection line(AdminObject.Site site, SlotRef slot, long nowMillis) {
    Optional<LineRules> rules = state.lineOf(site);
    TransferPause pause = PauseCommands.of(state, slot);
    if (pause == null && rules.filter(it -> !it.bandwidth().isEmpty()).isEmpty()) {
      return null;
    }
    return SiteWindows.line(
        site.timeZone(),
        rules,
        SiteWindows.year(site.name().text(), nowMillis),
        pause == null ? null : new LineSection.Pause(pause.by(), pause.why(), pause.sinceMillis()));
  }

  private RenderedSection line(LineSection section) {
    RenderedSection shared = lines.get(section);
    if (shared == null) {
      shared = RenderedSection.of(Section.LINE, Json.write(section));
      lines.put(section, shared);
    }
    return shared;
  }

  private PeersSection.Peer peer(DeviceId id) {
    DeviceRecord device = Objects.requireNonNull(state.devices.get(id), "a sharer is a device");
    List<Digest> keys = new ArrayList<>(2);
    for (Map<DeviceId, CertificateRecord> certificates :
        List.of(state.currentCertificates, state.pendingCertificates)) {
      CertificateRecord certificate = certificates.get(id);
      if (certificate != null && !keys.contains(certificate.key())) {
        keys.add(certificate.key());
      }
    }
    return new PeersSection.Peer(
        id, device.slot().slot(), keys, Expulsion.presence(state, id).lan());
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
