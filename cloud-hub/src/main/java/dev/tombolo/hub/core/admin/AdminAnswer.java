package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a command ended.
public sealed interface AdminAnswer {
  /// @param changes a line each, for people: `site store-117 created`, `slot x/y unchanged`
  /// @param applied of an `apply` that asked for it; else null
  record Done(List<String> changes, @Nullable Applied applied) implements AdminAnswer {
    public Done {
      changes = List.copyOf(changes);
    }

    public Done(List<String> changes) {
      this(changes, null);
    }
  }

  /// The only time the secret is shown.
  record TokenMade(JoinToken token) implements AdminAnswer {}

  record ReleaseTaken(Digest release, boolean isNew) implements AdminAnswer {}

  record RolloutMade(RolloutId rollout) implements AdminAnswer {}

  record DeviceAnswered(boolean ok, String body) implements AdminAnswer {}

  /// What a kit is put together from.
  ///
  /// @param sections of all documents, each once
  /// @param files of all releases they select
  record KitMade(
      String id,
      long createdMillis,
      History history,
      Name fleet,
      Name site,
      String documentCertificate,
      List<KitDocument> documents,
      List<Section> sections,
      List<Digest> files)
      implements AdminAnswer {
    public KitMade {
      documents = List.copyOf(documents);
      sections = List.copyOf(sections);
      files = List.copyOf(files);
    }
  }

  /// A device's newest document, committed and not signed yet.
  ///
  /// @param payload the manifest's exact text
  /// @param certificates PEM, of the device's present key and of its next
  record KitDocument(
      SlotRef slot,
      DeviceId device,
      long revision,
      long issuedMillis,
      String payload,
      List<String> certificates) {
    public KitDocument {
      certificates = List.copyOf(certificates);
    }
  }

  /// @param about the title of the object that it is about; empty: of no one
  record Refused(Reason reason, String about) implements AdminAnswer {
    public Refused(Reason reason) {
      this(reason, "");
    }
  }
}
