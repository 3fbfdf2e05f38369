package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Says reasons of devices, which know releases by their digests, with names and versions.
final class ReleaseNames {
  private final HubViews views;
  private final Map<Digest, String> names = new HashMap<>();

  ReleaseNames(HubViews views) {
    this.views = views;
  }

  String say(Reason reason) {
    return ReasonText.say(reason, this::of);
  }

  /// `NAME@VERSION`; the digest's beginning for one that the hub does not have.
  private String of(Digest release) {
    return names.computeIfAbsent(
        release,
        digest ->
            views.newestReleases(Set.of(digest)).stream()
                .filter(it -> it.digest().equals(digest))
                .map(it -> it.name() + "@" + it.version())
                .findFirst()
                .orElse(digest.brief()));
  }
}
