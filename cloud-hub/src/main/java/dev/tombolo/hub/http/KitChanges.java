package dev.tombolo.hub.http;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.KitChange;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.release.BundleWants;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What the devices of a kit have to build on, as they last reported it.
final class KitChanges {
  private final HubViews views;

  KitChanges(HubViews views) {
    this.views = views;
  }

  private record Release(Digest digest, ReleaseManifest manifest) {
    String ref() {
      return manifest.name() + "@" + manifest.version();
    }
  }

  /// Whom a kit brings one release.
  private static final class Reach {
    final Release release;
    final Map<Digest, Release> bases = new LinkedHashMap<>();
    boolean fromNothing;

    Reach(Release release) {
      this.release = release;
    }
  }

  List<KitChange> of(AdminAnswer.KitMade made) {
    Map<Digest, Section> sections = new HashMap<>();
    made.sections().forEach(section -> sections.put(section.digest(), section));
    Map<Digest, Reach> reached = new LinkedHashMap<>();
    for (AdminAnswer.KitDocument document : made.documents()) {
      for (Release release : releases(document.payload(), sections)) {
        Reach reach = reached.computeIfAbsent(release.digest(), _ -> new Reach(release));
        add(reach, live(document.device(), release.manifest()));
      }
    }
    List<KitChange> changes = new ArrayList<>();
    reached.values().forEach(reach -> changes(reach, changes));
    return changes;
  }

  private void add(Reach reach, Optional<Digest> live) {
    if (live.filter(reach.release.digest()::equals).isPresent()) {
      return;
    }
    Optional<Release> base = live.flatMap(views::releaseEnvelope).flatMap(KitChanges::release);
    if (base.isPresent()) {
      reach.bases.put(base.get().digest(), base.get());
    } else {
      reach.fromNothing = true;
    }
  }

  private Optional<Digest> live(DeviceId device, ReleaseManifest wanted) {
    return views.device(device).map(Views.DeviceView::applications).orElse(List.of()).stream()
        .filter(it -> it.name().equals(wanted.name()))
        .map(ApplicationStatus::live)
        .flatMap(it -> Optional.ofNullable(it).stream())
        .findFirst();
  }

  private static void changes(Reach reach, List<KitChange> changes) {
    List<Variant> variants = reach.release.manifest().variants();
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      List<KitChange.Base> bases = new ArrayList<>();
      boolean fromNothing = reach.fromNothing;
      for (Release base : reach.bases.values()) {
        OptionalInt same = BundleWants.sameMachine(variant, base.manifest().variants());
        if (same.isPresent()) {
          bases.add(
              new KitChange.Base(
                  base.ref(), new BundlePair.Side(base.digest(), same.getAsInt()).toString()));
        } else {
          fromNothing = true;
        }
      }
      changes.add(
          new KitChange(
              reach.release.ref(),
              new BundlePair.Side(reach.release.digest(), i).toString(),
              bases,
              fromNothing,
              variant.files().stream().map(file -> file.digest().hex()).toList(),
              BundleWants.bytesOf(variant)));
    }
  }

  /// Those that a document selects.
  private static List<Release> releases(String payload, Map<Digest, Section> sections) {
    List<Release> releases = new ArrayList<>();
    try {
      for (DesiredManifest.SectionRef ref :
          Json.read(DesiredManifest.class, payload, Limits.MANIFEST_BYTES_MAX).sections()) {
        Section section = sections.get(ref.digest());
        if (section != null && ref.name().startsWith(Section.RELEASE_PREFIX)) {
          release(section.text()).ifPresent(releases::add);
        }
      }
    } catch (MalformedException e) {
      throw new IllegalStateException("the hub made a document that does not read", e);
    }
    return releases;
  }

  private static Optional<Release> release(String envelope) {
    try {
      byte[] payload =
          Base64.getDecoder()
              .decode(Json.read(Envelope.class, envelope, Limits.SECTION_BYTES_MAX).payload());
      return Optional.of(
          new Release(
              Digest.of(payload),
              Json.read(ReleaseManifest.class, payload, Limits.RELEASE_MANIFEST_BYTES_MAX)));
    } catch (MalformedException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
