package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubState.OutboxMark;
import dev.tombolo.hub.desired.Delivery;
import dev.tombolo.hub.desired.Delivery.Held;
import dev.tombolo.hub.desired.DocumentRecord;
import dev.tombolo.hub.desired.Rendering;
import dev.tombolo.hub.desired.Revisions;
import dev.tombolo.hub.desired.UpdateSplit;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.desired.DesiredManifest.SectionRef;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Presence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps connected devices at their newest desired document. Nothing is made for a device that is
/// not there: when it comes back it gets the newest, whatever it missed.
final class Documents {
  /// Documents looked at in one step; at 20-40 us each it stays well under 5 ms.
  static final int SLICE_DEVICES = 64;

  /// A signature takes a fraction of a millisecond; 5,000 in a row a few seconds.
  static final long SIGNING_MILLIS_MAX = 30_000;

  /// How long a device that listens may take to say its birth.
  static final long BIRTH_MILLIS_MAX = 1_000;

  private final HubSettings settings;
  private final HubState state;
  private final Rendered rendered;

  Documents(HubSettings settings, HubState state) {
    this.settings = settings;
    this.state = state;
    this.rendered = new Rendered(state);
  }

  /// @param history the hub's, as it is from this birth on
  void born(LiveSession session, Presence.Birth birth, History history, StepDraft draft) {
    // Who trusts another key than ours must be told even if nothing else is new.
    boolean trustsAnother =
        birth.documentKey() != null && !settings.documentKey().equals(birth.documentKey());
    Held held =
        new Held(
            trustsAnother ? null : birth.manifest(),
            new HashSet<>(birth.sections()),
            settings.documentKey().equals(birth.documentKey()));
    draft.change(new HubChange.HoldingSaid(session.device(), held));
    long through = state.markOf(session.device(), birth.incarnation());
    boolean isFromBackup = through < birth.outboxThrough();
    if (birth.outboxThrough() < through || isFromBackup || state.backup != null) {
      // An acknowledgement was lost, and is said again so that nothing is sent twice; or a backup
      // lacks what the device has kept for this; or one was made since.
      draft.effect(
          new HubEffect.SendAcked(
              session.id(),
              session.device(),
              state.acked(
                  session.device(), birth.incarnation(), Math.max(0, through), draft.nowMillis)));
    }
    DocumentRecord known = state.documents.get(session.device());
    boolean isOurs = birth.history() != null && birth.history().id().equals(history.id());
    // A device ahead of us has seen documents that this database lost: go on above it.
    boolean isAhead =
        isOurs
            && birth.manifest() != null
            && (known == null
                || birth.revision() > known.revision()
                || (birth.revision() == known.revision()
                    && !known.manifest().equals(birth.manifest())));
    check(session, held, isAhead ? birth.revision() : 0, history, draft);
  }

  void subscribed(HubEvent.SessionSubscribed event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session != null
        && session.id().equals(event.session())
        && session.delivery() instanceof Delivery.AwaitingBirth) {
      draft.change(new HubChange.SessionPut(session.with(new Delivery.Listening(draft.nowMillis))));
    }
  }

  /// Serves devices that listen without a birth by what they said in an earlier session.
  void serveListeners(StepDraft draft) {
    int served = 0;
    for (LiveSession session : state.sessions.values()) {
      if (served == SLICE_DEVICES) {
        break;
      }
      if (session.delivery() instanceof Delivery.Listening listening
          && draft.nowMillis - listening.sinceMillis() >= BIRTH_MILLIS_MAX) {
        Held nothing = new Held(null, Set.of(), false);
        check(session, state.holdings.getOrDefault(session.device(), nothing), 0, draft);
        acknowledge(session, draft);
        served++;
      }
    }
  }

  private void acknowledge(LiveSession session, StepDraft draft) {
    OutboxMark mark = state.newestMark(session.device());
    if (mark != null) {
      draft.effect(
          new HubEffect.SendAcked(
              session.id(),
              session.device(),
              state.acked(session.device(), mark.incarnation(), mark.through(), draft.nowMillis)));
    }
  }

  void signed(HubEvent.DocumentSigned event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    DocumentRecord document = state.documents.get(event.device());
    if (session == null
        || document == null
        || !(session.delivery() instanceof Delivery.Signing signing)
        || signing.revision() != event.revision()) {
      return;
    }
    Rendering rendering = rendered.of(slotOf(event.device()));
    if (document.revision() != event.revision() || !rendering.isAs(document.sections())) {
      check(session, signing.held(), 0, draft);
      return;
    }
    String certificate = signing.held().knowsDocumentKey() ? null : settings.documentCertificate();
    draft.change(
        new HubChange.SessionPut(
            session.with(
                new Delivery.InFlight(signing.held(), document.manifest(), document.sections()))));
    draft.effect(
        new HubEffect.SendDesired(
            session.id(),
            session.device(),
            document.manifest(),
            UpdateSplit.split(
                event.envelope(), rendering, signing.held().sections(), certificate)));
  }

  void taken(HubEvent.DesiredTaken event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session == null
        || !session.id().equals(event.session())
        || !(session.delivery() instanceof Delivery.InFlight inFlight)
        || !inFlight.manifest().equals(event.manifest())) {
      return;
    }
    Set<Digest> sections = new HashSet<>();
    for (SectionRef section : inFlight.sections()) {
      sections.add(section.digest());
    }
    check(session, new Held(inFlight.manifest(), sections, true), 0, draft);
  }

  /// Looks at the next few devices whose settings changed.
  void checkSlice(StepDraft draft) {
    if (!state.staleFleets.isEmpty()) {
      draft.change(new HubChange.StaleFleetsSpread());
      return;
    }
    List<DeviceId> slice = new ArrayList<>(SLICE_DEVICES);
    for (DeviceId id : state.staleDocuments) {
      if (slice.size() == SLICE_DEVICES) {
        break;
      }
      slice.add(id);
      LiveSession session = state.sessions.get(id);
      // The others are looked at anyway when their birth, signature or acknowledgement comes.
      if (session != null && session.delivery() instanceof Delivery.Settled settled) {
        check(session, settled.held(), 0, draft);
      }
    }
    if (!slice.isEmpty()) {
      draft.change(new HubChange.DocumentsChecked(slice));
    }
  }

  /// Asks again for signatures that did not come.
  void signAgain(StepDraft draft) {
    int asked = 0;
    for (LiveSession session : state.sessions.values()) {
      if (asked == SLICE_DEVICES) {
        break;
      }
      if (session.delivery() instanceof Delivery.Signing signing
          && draft.nowMillis - signing.sinceMillis() > SIGNING_MILLIS_MAX) {
        check(session, signing.held(), 0, draft);
        asked++;
      }
    }
  }

  private void check(LiveSession session, Held held, long above, StepDraft draft) {
    check(session, held, above, state.history, draft);
  }

  private void check(LiveSession session, Held held, long above, History history, StepDraft draft) {
    DeviceId id = session.device();
    DocumentRecord current = state.documents.get(id);
    DocumentRecord next =
        Revisions.next(current, id, history, rendered.of(slotOf(id)), above, draft.nowMillis);
    if (!next.equals(current)) {
      draft.change(new HubChange.DocumentPut(next));
    }
    noteHeld(id, held, current, next, draft);
    if (next.manifest().equals(held.manifest())) {
      draft.change(new HubChange.SessionPut(session.with(new Delivery.Settled(held))));
      return;
    }
    draft.change(
        new HubChange.SessionPut(
            session.with(new Delivery.Signing(held, next.revision(), draft.nowMillis))));
    draft.effect(
        new HubEffect.SignDocument(
            id, next.revision(), next.payload().getBytes(StandardCharsets.UTF_8)));
  }

  private void noteHeld(
      DeviceId id,
      Held held,
      @Nullable DocumentRecord current,
      DocumentRecord next,
      StepDraft draft) {
    Digest manifest = held.manifest();
    if (manifest == null || manifest.equals(state.heldManifests.get(id))) {
      return;
    }
    DocumentRecord its = next.manifest().equals(manifest) ? next : current;
    if (its != null && its.manifest().equals(manifest)) {
      draft.change(new HubChange.DocumentHeld(id, manifest, its.revision(), draft.nowMillis));
    }
  }

  private SlotRef slotOf(DeviceId id) {
    DeviceRecord device = state.devices.get(id);
    if (device == null) {
      throw new IllegalStateException("a line of an unknown device " + id);
    }
    return device.slot();
  }
}
