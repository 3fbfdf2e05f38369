package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenCheck;
import dev.tombolo.hub.join.JoinTokenCheck.Verdict;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.SlotChoice;
import dev.tombolo.hub.join.SlotChoice.Choice;
import dev.tombolo.hub.join.TokenUse;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Lets devices in. Asked -> decided -> certificate signed -> decided again, because others may
/// have come first -> token use, device, certificate and audit line in one transaction -> answered.
final class Enrolments {
  private final HubSettings settings;
  private final HubState state;
  private final CertificateOrders orders;
  private final Violations violations;

  Enrolments(
      HubSettings settings, HubState state, CertificateOrders orders, Violations violations) {
    this.settings = settings;
    this.state = state;
    this.orders = orders;
    this.violations = violations;
  }

  /// What an enrolment comes to, as things stand.
  private sealed interface Decision {
    record Admit(DeviceId device, JoinTokenRecord token, Choice.Taken place) implements Decision {}

    record Again(DeviceRecord device) implements Decision {}

    record Refuse(Reason reason, boolean isAlarming) implements Decision {}
  }

  void asked(HubEvent.EnrolAsked event, StepDraft draft) {
    if (orders.isFull() || isPruning()) {
      draft.effect(new HubEffect.RequestRefused(event.request(), HubTurn.TRY_LATER));
      return;
    }
    switch (decide(event.token(), event.key(), draft.nowMillis)) {
      case Decision.Refuse refuse ->
          refuse(event.request(), event.token(), event.remote(), refuse, draft);
      case Decision.Again again -> {
        CertificateRecord same = orders.answerTo(again.device().id(), event.key(), draft.nowMillis);
        Reason tooSoon = orders.tooSoon(again.device(), event.key(), draft.nowMillis);
        if (same != null) {
          grant(event.request(), event.token(), again.device(), same.pem(), draft);
        } else if (tooSoon != null) {
          draft.effect(new HubEffect.RequestRefused(event.request(), tooSoon));
        } else {
          orders.order(pending(event, draft), again.device().id(), draft);
        }
      }
      case Decision.Admit admit -> orders.order(pending(event, draft), admit.device(), draft);
    }
  }

  void signed(PendingCertificate.ForEnrolment pending, IssuedCertificate issued, StepDraft draft) {
    draft.change(new HubChange.CertificateCame(pending.request()));
    if (isPruning()) {
      draft.effect(new HubEffect.RequestRefused(pending.request(), HubTurn.TRY_LATER));
      return;
    }
    switch (decide(pending.token(), pending.key(), draft.nowMillis)) {
      case Decision.Refuse refuse ->
          refuse(pending.request(), pending.token(), pending.remote(), refuse, draft);
      case Decision.Again again -> {
        DeviceRecord device = again.device();
        CertificateRecord same = orders.answerTo(device.id(), pending.key(), draft.nowMillis);
        if (same == null) {
          orders.file(device.id(), pending.key(), issued, draft);
          draft.audit(
              Principal.device(device.id()),
              "enrol-again",
              device.slot().toString(),
              "",
              enrolled(device.id(), pending, issued));
        }
        String pem = same == null ? issued.pem() : same.pem();
        grant(pending.request(), pending.token(), device, pem, draft);
      }
      case Decision.Admit admit -> admit(pending, admit, issued, draft);
    }
  }

  /// Whether slots and sites may be about to go: nobody moves into them now.
  private boolean isPruning() {
    return state.applying instanceof PendingApply apply && apply.command().prune().isPresent();
  }

  private static PendingCertificate pending(HubEvent.EnrolAsked event, StepDraft draft) {
    return new PendingCertificate.ForEnrolment(
        event.request(),
        event.key(),
        draft.nowMillis + CertificateOrders.WAIT_MILLIS,
        event.token(),
        event.facts(),
        event.remote());
  }

  private Decision decide(JoinToken presented, RequestedKey key, long nowMillis) {
    JoinTokenRecord token = state.tokens.get(presented.id());
    List<TokenUse> uses = state.tokenUses.getOrDefault(presented.id(), List.of());
    Verdict verdict = JoinTokenCheck.check(token, uses, presented, key.keyDigest(), nowMillis);
    return switch (verdict) {
      case Verdict.Refused refused -> new Decision.Refuse(refused.reason(), refused.isAlarming());
      case Verdict.Repeated repeated -> again(repeated.use().device());
      case Verdict.Granted granted ->
          token == null
              ? new Decision.Refuse(new Reason.TokenUnknown(presented.id()), false)
              : place(token, ownerOf(key));
    };
  }

  /// The device of a key: of its first one the id, of a later one the device it was renewed for. So
  /// one that was put out does not come back by its newest key.
  private DeviceId ownerOf(RequestedKey key) {
    return state.keys.ownerOf(key.keyDigest()).orElseGet(() -> DeviceId.ofKey(key.spkiDer()));
  }

  private Decision again(DeviceId id) {
    DeviceRecord device = state.devices.get(id);
    if (device == null) {
      return new Decision.Refuse(new Reason.DeviceUnknown(id.text()), false);
    }
    Reason refusal = device.refusal();
    return refusal == null ? new Decision.Again(device) : new Decision.Refuse(refusal, false);
  }

  private Decision place(JoinTokenRecord token, DeviceId device) {
    DeviceRecord known = state.devices.get(device);
    Reason refusal = known == null ? refusalOfStranger(device) : known.refusal();
    if (refusal != null) {
      return new Decision.Refuse(refusal, false);
    }
    List<Name> sites = sitesOf(token);
    if (sites.size() != 1) {
      Reason why =
          token.site() == null
              ? SlotChoice.noSite(token, sites.size())
              : new Reason.NotFound("site", token.site().text(), List.of());
      return new Decision.Refuse(why, false);
    }
    return switch (slotOf(token, device, sites.getFirst())) {
      case Choice.Refused refused -> new Decision.Refuse(refused.reason(), false);
      case Choice.Taken taken -> new Decision.Admit(device, token, taken);
    };
  }

  /// Who was revoked after the backup this hub was restored from is no newcomer; who only waits may
  /// come in by a token.
  private @Nullable Reason refusalOfStranger(DeviceId device) {
    Stranger stranger = state.strangers.get(device);
    return stranger != null && stranger.isRevoked() ? stranger.refusal() : null;
  }

  /// The sites of the token's fleet that it may mean.
  private List<Name> sitesOf(JoinTokenRecord token) {
    Stream<Kept<AdminObject.Site>> meant =
        token.site() == null
            ? state.sites.values().stream()
            : Stream.ofNullable(state.sites.get(token.site()));
    return meant
        .map(Kept::content)
        .filter(site -> site.fleet().equals(token.fleet()))
        .map(AdminObject.Site::name)
        .toList();
  }

  private Choice slotOf(JoinTokenRecord token, DeviceId device, Name site) {
    if (token.slot() != null) {
      SlotRef slot = new SlotRef(site, token.slot());
      return SlotChoice.bound(
          token,
          device,
          slot,
          state.slots.containsKey(slot),
          Optional.ofNullable(state.holders.get(slot)));
    }
    TreeSet<Name> free = state.freeSlots.getOrDefault(site, new TreeSet<>());
    return SlotChoice.any(
        site,
        Optional.ofNullable(state.devices.get(device))
            .map(DeviceRecord::slot)
            .filter(slot -> slot.site().equals(site))
            .map(SlotRef::slot),
        free.isEmpty() ? Optional.empty() : Optional.of(free.first()),
        state.madeSlots.getOrDefault(site, 0));
  }

  private void admit(
      PendingCertificate.ForEnrolment pending,
      Decision.Admit admit,
      IssuedCertificate issued,
      StepDraft draft) {
    DeviceId id = admit.device();
    SlotRef slot = admit.place().slot();
    if (admit.place().isNew()) {
      makeSlot(slot, draft);
    }
    String displaced = "";
    if (admit.place().displaced().isPresent()) {
      DeviceRecord old = state.devices.get(admit.place().displaced().get());
      // Elsewhere by now, or gone already: then there is nothing to put out.
      if (old != null && old.slot().equals(slot) && old.standing() != Standing.REVOKED) {
        Reason why = new Reason.DeviceRevoked(old.id().text());
        Expulsion.of(state, old, Standing.REVOKED, why, draft);
        displaced = old.id().text();
        draft.audit(
            Principal.device(id),
            "device-replaced",
            displaced,
            AuditJson.of(Map.of("slot", slot.toString(), "standing", old.standing().name())),
            AuditJson.of(Map.of("by", id.text(), "token", admit.token().id())));
      }
    }
    draft.change(
        new HubChange.TokenUsed(
            new TokenUse(admit.token().id(), pending.key().keyDigest(), id, draft.nowMillis)));
    var device =
        new DeviceRecord(
            id,
            pending.key().keyDigest(),
            slot,
            Standing.ACTIVE,
            null,
            draft.nowMillis,
            draft.nowMillis,
            admit.token().id(),
            pending.facts());
    draft.change(new HubChange.DevicePut(device));
    if (state.strangers.containsKey(id)) {
      draft.change(new HubChange.StrangerGone(id));
    }
    orders.file(id, pending.key(), issued, draft);
    draft.change(HubChange.DocumentsStale.at(slot));
    draft.audit(
        Principal.device(id),
        "enrol",
        slot.toString(),
        displaced.isEmpty() ? "" : AuditJson.of("device", displaced),
        enrolled(id, pending, issued));
    grant(pending.request(), pending.token(), device, issued.pem(), draft);
  }

  private static String enrolled(
      DeviceId id, PendingCertificate.ForEnrolment pending, IssuedCertificate issued) {
    return AuditJson.of(
        Map.of(
            "device",
            id.text(),
            "token",
            pending.token().id(),
            "serial",
            issued.serial(),
            "remote",
            pending.remote()));
  }

  private void makeSlot(SlotRef slot, StepDraft draft) {
    long number = state.counter(Counter.OBJECT) + 1;
    draft.change(new HubChange.CounterMoved(Counter.OBJECT, number));
    draft.change(
        new HubChange.SlotPut(
            new Kept<>(
                Kept.idOf("slot", number),
                new AdminObject.Slot(slot, "", Map.of(), Map.of()),
                1,
                draft.nowMillis,
                Principal.HUB.name())));
  }

  private void grant(
      long request, JoinToken presented, DeviceRecord device, String pem, StepDraft draft) {
    SlotRef slot = device.slot();
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      throw new IllegalStateException(device.id() + " stands in a site that is not there");
    }
    DeviceLinks reach = DeviceLinks.of(settings, presented);
    draft.effect(
        new HubEffect.EnrolGranted(
            request,
            new EnrolResponse(
                device.id(),
                site.content().fleet(),
                slot.site(),
                slot.slot(),
                pem,
                settings.documentCertificate(),
                state.history,
                reach.links(),
                reach.https())));
  }

  private void refuse(
      long request, JoinToken token, String remote, Decision.Refuse refuse, StepDraft draft) {
    draft.effect(new HubEffect.RequestRefused(request, refuse.reason()));
    String subject = "token " + token.id();
    if (refuse.isAlarming() && violations.alarms(token.id(), draft)) {
      violations.alarm(remote, subject, "enrol-alarm", refuse.reason(), token.id(), draft);
    } else {
      violations.record(remote, subject, "enrol-refused", refuse.reason(), draft);
    }
  }
}
