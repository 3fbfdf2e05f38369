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
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps connected devices at their newest desired document. Nothing is made for a device that is
/// not there, but for a kit ([KitCommands]): when it comes back it gets the newest, whatever it
/// missed.
final class Documents {
  /// Documents looked at in one step; at 20-40 us each it stays well under 5 ms.
  static final int SLICE_DEVICES = 64;

  /// A signature takes a fraction of a millisecond; 5,000 in a row a few seconds.
  static final long SIGNING_MILLIS_MAX = 30_000;

  /// How long a device that listens may take to say its birth.
  static final long BIRTH_MILLIS_MAX = 1_000;

  /// How far ahead of its database a restored hub may find a device. 2^32 revisions are one each
  /// second for 136 years.
  static final long REVISIONS_LOST_MAX = 1L << 32;

  /// Far below the largest integer on the wire, so that there is always a next one.
  static final long REVISION_MAX = 1L << 52;

  /// How long a device may take to report a document that it has not acknowledged; then it is sent
  /// again.
  static final long UNCONFIRMED_MILLIS_MAX = 10 * 60 * 1_000;

  private final HubSettings settings;
  private final HubState state;
  private final Violations violations;
  private final Rendered rendered;

  Documents(HubSettings settings, HubState state, Violations violations, Rendered rendered) {
    this.settings = settings;
    this.state = state;
    this.violations = violations;
    this.rendered = rendered;
  }

  /// What makes them, with what it remembers.
  Rendered rendered() {
    return rendered;
  }

  /// @param history the hub's, as it is from this birth on
  void born(LiveSession session, Presence.Birth birth, History history, StepDraft draft) {
    // Who trusts another key than ours must be told even if nothing else is new.
    boolean trustsAnother =
        birth.documentKey() != null && !settings.documentKey().equals(birth.documentKey());
    Held held =
        new Held(
            trustsAnother ? null : birth.manifest(),
            heldAfter(session.delivery(), birth),
            settings.documentKey().equals(birth.documentKey()));
    draft.change(new HubChange.HoldingSaid(session.device(), held));
    long through = Math.max(0, state.markOf(session.device(), birth.incarnation()));
    boolean isFromBackup = through < birth.outboxThrough();
    if (birth.outboxThrough() < through || isFromBackup || state.backup != null) {
      // An acknowledgement was lost, and is said again so that nothing is sent twice; or a backup
      // lacks what the device has kept for this; or one was made since.
      draft.effect(
          new HubEffect.SendAcked(
              session.id(),
              session.device(),
              state.acked(session.device(), birth.incarnation(), through, draft.nowMillis)));
    }
    check(session, held, revisionAhead(session, birth, history, draft), history, draft);
  }

  /// The device may have taken a document that was sent before its birth came, and has dropped what
  /// that has no use for. A birth may come twice: by the second, too, it holds no more than what
  /// was reckoned with since.
  private static Set<Digest> heldAfter(Delivery delivery, Presence.Birth birth) {
    Set<Digest> held = new HashSet<>(birth.sections());
    switch (delivery) {
      case Delivery.InFlight it -> held.retainAll(digests(it.sections()));
      case Delivery.Unconfirmed it -> held.retainAll(digests(it.sections()));
      case Delivery.Signing it -> held.retainAll(it.held().sections());
      case Delivery.Settled it -> held.retainAll(it.held().sections());
      case Delivery.AwaitingBirth _, Delivery.Listening _ -> {}
    }
    return held;
  }

  /// What the device holds, whether it has taken what was sent or not: who takes a document drops
  /// what that has no use for.
  private static Held inEitherCase(Held before, List<SectionRef> sent) {
    Set<Digest> held = new HashSet<>(before.sections());
    held.retainAll(digests(sent));
    return new Held(before.manifest(), held, before.knowsDocumentKey());
  }

  private static Set<Digest> digests(List<SectionRef> sections) {
    Set<Digest> digests = new HashSet<>();
    for (SectionRef section : sections) {
      digests.add(section.digest());
    }
    return digests;
  }

  /// The revision to go on above: of a device ahead of us, which has seen documents that this
  /// database lost; else 0. Nobody has seen a revision that no hub can have made: who claims one
  /// would use the numbers up.
  private long revisionAhead(
      LiveSession session, Presence.Birth birth, History history, StepDraft draft) {
    DocumentRecord known = state.documents.get(session.device());
    boolean isOurs = birth.history() != null && birth.history().id().equals(history.id());
    if (!isOurs || birth.manifest() == null) {
      return 0;
    }
    long last = known == null ? 0 : known.revision();
    boolean isAhead =
        birth.revision() > last
            || (known != null
                && birth.revision() == last
                && !known.manifest().equals(birth.manifest()));
    if (isAhead && birth.revision() > Math.min(last + REVISIONS_LOST_MAX, REVISION_MAX)) {
      Reason reason =
          new Reason.LimitExceeded("revision", last + REVISIONS_LOST_MAX, birth.revision());
      violations.record(session.remote(), session.device().text(), "birth-revision", reason, draft);
      return 0;
    }
    return isAhead ? birth.revision() : 0;
  }

  void subscribed(HubEvent.SessionSubscribed event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session != null
        && session.id().equals(event.session())
        && session.delivery() instanceof Delivery.AwaitingBirth) {
      draft.change(new HubChange.SessionPut(session.with(new Delivery.Listening(draft.nowMillis))));
    }
  }

  /// The next few devices to look at: those whose settings changed, whose signature did not come,
  /// or that listen without a birth.
  List<HubEvent> dueAt(long nowMillis) {
    Set<DeviceId> due = new LinkedHashSet<>();
    for (DeviceId id : state.staleDocuments) {
      if (due.size() == SLICE_DEVICES) {
        break;
      }
      due.add(id);
    }
    int late = 0;
    for (DeviceId id : state.longestWaiting()) {
      LiveSession session = state.sessions.get(id);
      if (late == SLICE_DEVICES) {
        break;
      }
      if (session != null && isOverdue(session.delivery(), nowMillis) && due.add(id)) {
        late++;
      }
    }
    List<HubEvent> events = new ArrayList<>(due.size());
    due.forEach(id -> events.add(new HubEvent.DocumentDue(id)));
    return events;
  }

  /// Marks the connected devices of the fleets that changed, a slice at a time.
  void spread(StepDraft draft) {
    if (state.areFleetsStale()) {
      draft.change(new HubChange.StaleFleetsSpread());
    }
  }

  private static boolean isOverdue(Delivery delivery, long nowMillis) {
    return switch (delivery) {
      case Delivery.Signing signing -> nowMillis - signing.sinceMillis() > SIGNING_MILLIS_MAX;
      case Delivery.Listening listening -> nowMillis - listening.sinceMillis() >= BIRTH_MILLIS_MAX;
      case Delivery.Unconfirmed unconfirmed ->
          nowMillis - unconfirmed.sinceMillis() > UNCONFIRMED_MILLIS_MAX;
      case Delivery.AwaitingBirth _, Delivery.Settled _, Delivery.InFlight _ -> false;
    };
  }

  void due(HubEvent.DocumentDue event, StepDraft draft) {
    if (state.staleDocuments.contains(event.device())) {
      draft.change(new HubChange.DocumentsChecked(List.of(event.device())));
    }
    LiveSession session = state.sessions.get(event.device());
    if (session == null) {
      return;
    }
    if (session.delivery() instanceof Delivery.Settled settled) {
      check(session, settled.held(), 0, draft);
    } else if (session.delivery() instanceof Delivery.Unconfirmed unconfirmed) {
      if (isOverdue(unconfirmed, draft.nowMillis)
          || !rendered.of(slotOf(event.device()), draft.nowMillis).isAs(unconfirmed.sections())) {
        check(session, inEitherCase(unconfirmed.held(), unconfirmed.sections()), 0, draft);
      }
    } else if (!isOverdue(session.delivery(), draft.nowMillis)) {
      // It is looked at anyway when its birth, signature or acknowledgement comes.
      return;
    } else if (session.delivery() instanceof Delivery.Signing signing) {
      // The signature was lost.
      check(session, signing.held(), 0, draft);
    } else {
      // It listens without a birth: what it said in an earlier session counts.
      Held nothing = new Held(null, Set.of(), false);
      check(session, state.holdings.getOrDefault(session.device(), nothing), 0, draft);
      acknowledge(session, draft);
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
    Rendering rendering = rendered.of(slotOf(event.device()), draft.nowMillis);
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
    if (session != null && session.id().equals(event.session())) {
      settle(session, event.manifest(), draft);
    }
  }

  void sent(HubEvent.DesiredSent event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session == null
        || !session.id().equals(event.session())
        || !(session.delivery() instanceof Delivery.InFlight inFlight)
        || !inFlight.manifest().equals(event.manifest())) {
      return;
    }
    if (rendered.of(slotOf(event.device()), draft.nowMillis).isAs(inFlight.sections())) {
      draft.change(
          new HubChange.SessionPut(
              session.with(
                  new Delivery.Unconfirmed(
                      inFlight.held(),
                      inFlight.manifest(),
                      inFlight.sections(),
                      draft.nowMillis))));
    } else {
      check(session, inEitherCase(inFlight.held(), inFlight.sections()), 0, draft);
    }
  }

  /// What the device says is in force: the last word, whatever was acknowledged before.
  void reported(LiveSession session, ReportBody.State said, StepDraft draft) {
    Digest manifest = said.manifest();
    if (manifest == null) {
      return;
    }
    if (!manifest.equals(state.heldManifests.get(session.device()))) {
      draft.change(
          new HubChange.DocumentHeld(session.device(), manifest, said.revision(), draft.nowMillis));
    }
    settle(session, manifest, draft);
  }

  /// The device has refused a document, though it may have acknowledged its packet. It is not sent
  /// again before something changes; then all of it, for what it holds is not known.
  void refused(LiveSession session, StepDraft draft) {
    switch (session.delivery()) {
      case Delivery.Settled _, Delivery.InFlight _, Delivery.Unconfirmed _ ->
          draft.change(
              new HubChange.SessionPut(
                  session.with(new Delivery.Settled(new Held(null, Set.of(), false)))));
      case Delivery.AwaitingBirth _, Delivery.Listening _, Delivery.Signing _ -> {}
    }
  }

  private void settle(LiveSession session, Digest manifest, StepDraft draft) {
    List<SectionRef> sections;
    if (session.delivery() instanceof Delivery.InFlight inFlight
        && inFlight.manifest().equals(manifest)) {
      sections = inFlight.sections();
    } else if (session.delivery() instanceof Delivery.Unconfirmed unconfirmed
        && unconfirmed.manifest().equals(manifest)) {
      sections = unconfirmed.sections();
    } else {
      return;
    }
    check(session, new Held(manifest, digests(sections), true), 0, draft);
  }

  private void check(LiveSession session, Held held, long above, StepDraft draft) {
    check(session, held, above, state.history, draft);
  }

  private void check(LiveSession session, Held held, long above, History history, StepDraft draft) {
    DeviceId id = session.device();
    DocumentRecord current = state.documents.get(id);
    DocumentRecord next =
        Revisions.next(
            current, id, history, rendered.of(slotOf(id), draft.nowMillis), above, draft.nowMillis);
    if (!next.equals(current)) {
      draft.change(new HubChange.DocumentPut(next));
    }
    noteHeld(id, held, current, next, draft);
    if (next.manifest().equals(held.manifest())) {
      draft.change(new HubChange.SessionPut(session.with(new Delivery.Settled(held))));
      return;
    }
    if (session.delivery() instanceof Delivery.Signing signing
        && signing.revision() == next.revision()
        && !isOverdue(signing, draft.nowMillis)) {
      // Asked for already: a birth said again and again must not fill the signers' queue.
      draft.change(
          new HubChange.SessionPut(
              session.with(new Delivery.Signing(held, next.revision(), signing.sinceMillis()))));
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
