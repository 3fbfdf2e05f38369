package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.RecoveryVerdict;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;

/// Gives a new certificate to devices whose old one ran out while they were away. What proves them
/// is their key, checked by [RecoveryCheck] before the event came.
final class Recoveries {
  /// Challenges remembered as used; more at once are told to come back.
  static final int NONCES_MAX = 50_000;

  private final HubSettings settings;
  private final HubState state;
  private final CertificateOrders orders;
  private final LostAndFound lost;
  private final Violations violations;

  Recoveries(
      HubSettings settings, HubState state, CertificateOrders orders, Violations violations) {
    this.settings = settings;
    this.state = state;
    this.orders = orders;
    this.lost = new LostAndFound(state);
    this.violations = violations;
  }

  void asked(HubEvent.RecoverAsked event, StepDraft draft) {
    PresentedCertificate presented = event.certificate();
    if (draft.nowMillis >= event.nonceUntilMillis() || state.nonces.containsKey(event.nonce())) {
      refuse(
          event, new Reason.RecoveryRefused("its challenge was used before or is too old"), draft);
      return;
    }
    if (orders.isFull() || state.nonces.size() >= NONCES_MAX) {
      draft.effect(new HubEffect.RequestRefused(event.request(), HubTurn.TRY_LATER));
      return;
    }
    draft.change(new HubChange.NonceUsed(event.nonce(), event.nonceUntilMillis()));
    DeviceRecord device = state.devices.get(presented.device());
    if (device == null) {
      refuse(event, lost.refusal(presented.device(), presented, event.remote(), draft), draft);
      return;
    }
    DeviceId owner =
        state
            .keys
            .ownerOf(event.key().keyDigest())
            .orElseGet(() -> DeviceId.ofKey(event.key().spkiDer()));
    if (!owner.equals(device.id()) && state.devices.containsKey(owner)) {
      refuse(event, new Reason.NotYours("key", "it belongs to " + owner), draft);
      return;
    }
    RecoveryVerdict verdict =
        RecoveryVerdict.of(
            device,
            state.currentCertificates.get(device.id()),
            state.pendingCertificates.get(device.id()),
            presented,
            settings.trust().offlineBudgetMillis(),
            draft.nowMillis);
    switch (verdict) {
      case RecoveryVerdict.Refused refused -> refuse(event, refused.reason(), draft);
      case RecoveryVerdict.Clone clone when lost.adopt(device, presented, draft) -> {
        // Its time away is looked at when it asks again: now it is known.
        draft.effect(new HubEffect.RequestRefused(event.request(), HubTurn.TRY_LATER));
      }
      case RecoveryVerdict.Clone clone when isForKeyInUse(device.id(), event) ->
          // One of its own that is late: it has what it asks for.
          refuse(
              event,
              new Reason.CertificateSuperseded(device.id().text(), presented.serial()),
              draft);
      case RecoveryVerdict.Clone clone -> {
        refuse(
            event, new Reason.CertificateSuperseded(device.id().text(), presented.serial()), draft);
        Expulsion.quarantine(
            state,
            device,
            "a replaced certificate (" + presented.serial() + ") asked to be recovered",
            draft);
      }
      case RecoveryVerdict.NeedsApproval needs -> {
        Reason reason = new Reason.ApprovalNeeded(device.id().text(), needs.detail());
        Expulsion.of(state, device, Standing.WAITING, reason, draft);
        draft.audit(
            Principal.device(device.id()),
            "recover-waits",
            device.id().text(),
            AuditJson.of("serial", presented.serial()),
            AuditJson.of("detail", needs.detail()));
        draft.effect(new HubEffect.RequestRefused(event.request(), reason));
      }
      case RecoveryVerdict.Automatic automatic -> {
        if (isPending(presented)) {
          // It has it. Else the next one would replace it, and if that answer is lost, the device
          // would be taken for a clone.
          orders.promote(device.id(), draft);
        }
        answerOrOrder(event, device, draft);
      }
    }
  }

  /// Forgets challenges that are too old to be used anyway.
  void sweep(StepDraft draft) {
    List<String> over = new ArrayList<>();
    state.nonces.forEach(
        (nonce, until) -> {
          if (until <= draft.nowMillis) {
            over.add(nonce);
          }
        });
    if (!over.isEmpty()) {
      draft.change(new HubChange.NoncesForgotten(over));
    }
  }

  /// Whether the key that it asks a certificate for is the one that the device uses by now. Whoever
  /// asks has that key; a copy makes a key of its own.
  private boolean isForKeyInUse(DeviceId device, HubEvent.RecoverAsked event) {
    CertificateRecord current = state.currentCertificates.get(device);
    return current != null && current.key().equals(event.key().keyDigest());
  }

  private boolean isPending(PresentedCertificate presented) {
    CertificateRecord pending = state.pendingCertificates.get(presented.device());
    return pending != null && pending.serial().equals(presented.serial());
  }

  private void answerOrOrder(HubEvent.RecoverAsked event, DeviceRecord device, StepDraft draft) {
    CertificateRecord same = orders.answerTo(device.id(), event.key(), draft.nowMillis);
    if (same != null) {
      draft.effect(new HubEffect.RenewGranted(event.request(), new RenewResponse(same.pem())));
      return;
    }
    Reason tooSoon = orders.tooSoon(device, event.key(), draft.nowMillis);
    if (tooSoon != null) {
      draft.effect(new HubEffect.RequestRefused(event.request(), tooSoon));
      return;
    }
    orders.order(
        new PendingCertificate.ForRenewal(
            event.request(),
            event.key(),
            draft.nowMillis + CertificateOrders.WAIT_MILLIS,
            device.id(),
            event.certificate().serial(),
            "recover"),
        device.id(),
        draft);
  }

  private void refuse(HubEvent.RecoverAsked event, Reason reason, StepDraft draft) {
    draft.effect(new HubEffect.RequestRefused(event.request(), reason));
    violations.record(
        event.remote(), event.certificate().device().text(), "recover-refused", reason, draft);
  }
}
