package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.release.ReleaseRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The [EdgeDirectory] of the last commit: an immutable entry per device, swapped as a whole.
public final class PublishedDirectory implements EdgeDirectory {
  private volatile ConcurrentHashMap<DeviceId, Entry> entries = new ConcurrentHashMap<>();

  /// @param current serial and end of the certificate in use; `pending` that of the next one
  /// @param files of each release it may have
  /// @param line null: no bound
  private record Entry(
      @Nullable Reason refusal,
      @Nullable Served current,
      @Nullable Served pending,
      Map<Digest, Set<Digest>> files,
      @Nullable SiteLine line) {}

  private record Served(String serial, long notAfterMillis) {}

  @Override
  public Optional<Reason> whyNotServed(DeviceId device, String serial, long nowMillis) {
    Entry entry = entries.get(device);
    if (entry == null) {
      return Optional.of(new Reason.DeviceUnknown(device.text()));
    }
    if (entry.refusal != null) {
      return Optional.of(entry.refusal);
    }
    Served served = null;
    if (entry.current != null && entry.current.serial.equals(serial)) {
      served = entry.current;
    } else if (entry.pending != null && entry.pending.serial.equals(serial)) {
      served = entry.pending;
    }
    if (served == null) {
      return Optional.of(new Reason.CertificateSuperseded(device.text(), serial));
    }
    return nowMillis > served.notAfterMillis
        ? Optional.of(new Reason.CertificateExpired(device.text(), served.notAfterMillis))
        : Optional.empty();
  }

  @Override
  public boolean mayRead(DeviceId device, Digest file) {
    Entry entry = entries.get(device);
    if (entry == null || entry.refusal != null) {
      return false;
    }
    for (Set<Digest> files : entry.files.values()) {
      if (files.contains(file)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean mayHave(DeviceId device, Digest release) {
    Entry entry = entries.get(device);
    return entry != null && entry.refusal == null && entry.files.containsKey(release);
  }

  @Override
  public Optional<SiteLine> line(DeviceId device) {
    Entry entry = entries.get(device);
    return entry == null ? Optional.empty() : Optional.ofNullable(entry.line);
  }

  /// Takes over the whole state.
  void replace(HubState state) {
    ConcurrentHashMap<DeviceId, Entry> next = new ConcurrentHashMap<>();
    for (DeviceRecord device : state.devices.values()) {
      next.put(device.id(), entryOf(state, device));
    }
    entries = next;
  }

  /// Takes over what changed.
  void publish(HubState state, Set<DeviceId> touched) {
    for (DeviceId id : touched) {
      DeviceRecord device = state.devices.get(id);
      if (device != null) {
        entries.put(id, entryOf(state, device));
      }
    }
  }

  private static Entry entryOf(HubState state, DeviceRecord device) {
    Set<Digest> releases = new LinkedHashSet<>();
    DocumentRecord document = state.documents.get(device.id());
    if (document != null) {
      releases.addAll(document.releases());
    }
    releases.addAll(state.reportedReleases.getOrDefault(device.id(), Set.of()));
    Kept<AdminObject.Site> site = state.sites.get(device.slot().site());
    String fleet = site == null ? "" : site.content().fleet().text();
    Map<Digest, Set<Digest>> files = new HashMap<>();
    for (Digest digest : releases) {
      ReleaseRecord release = state.releases.get(digest);
      if (release != null && isFor(release, fleet)) {
        files.put(digest, release.files());
      }
    }
    return new Entry(
        device.refusal(),
        served(state.currentCertificates.get(device.id())),
        served(state.pendingCertificates.get(device.id())),
        Map.copyOf(files),
        site == null ? null : lineOf(state, site.content()));
  }

  private static @Nullable SiteLine lineOf(HubState state, AdminObject.Site site) {
    return state
        .lineOf(site)
        .filter(rules -> !rules.bandwidth().isEmpty())
        .map(rules -> new SiteLine(site.name(), site.timeZone(), rules))
        .orElse(null);
  }

  /// A device may name any release as one it runs; it is given those of its own fleet only.
  private static boolean isFor(ReleaseRecord release, String fleet) {
    return release.fleets().contains("*") || release.fleets().contains(fleet);
  }

  private static @Nullable Served served(@Nullable CertificateRecord certificate) {
    return certificate == null
        ? null
        : new Served(certificate.serial(), certificate.notAfterMillis());
  }
}
