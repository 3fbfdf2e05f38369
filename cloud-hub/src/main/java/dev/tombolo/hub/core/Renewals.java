package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.CertificateStanding;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;

/// Gives devices their next certificate. The old one stays good until the new one is first used.
final class Renewals {
  private final HubState state;
  private final CertificateOrders orders;
  private final LostAndFound lost;
  private final Violations violations;

  Renewals(HubState state, CertificateOrders orders, Violations violations) {
    this.state = state;
    this.orders = orders;
    this.lost = new LostAndFound(state);
    this.violations = violations;
  }

  void asked(HubEvent.RenewAsked event, StepDraft draft) {
    DeviceRecord device = state.devices.get(event.device());
    if (device == null) {
      refuse(event, lost.refusal(event.device(), event.shown(), event.remote(), draft), draft);
      return;
    }
    if (orders.isFull()) {
      draft.effect(new HubEffect.RequestRefused(event.request(), HubTurn.TRY_LATER));
      return;
    }
    switch (standingOf(device, event, draft)) {
      case CertificateStanding.Standing.Refused refused -> refuse(event, refused.reason(), draft);
      case CertificateStanding.Standing.Superseded superseded -> {
        if (lost.adopt(device, event.shown(), draft)) {
          order(event, draft);
          return;
        }
        Reason seen = new Reason.CertificateSuperseded(device.id().text(), event.presented());
        refuse(event, seen, draft);
        Expulsion.quarantine(
            state,
            device,
            "a replaced certificate (" + event.presented() + ") asked for a new one",
            draft);
      }
      case CertificateStanding.Standing.Current current -> answerOrOrder(event, device, draft);
      case CertificateStanding.Standing.Promoted promoted -> {
        // Its answer to this very CSR is the certificate it shows: nothing more to give.
        CertificateRecord same = orders.answerTo(device.id(), event.key(), draft.nowMillis);
        Reason tooSoon = orders.tooSoon(device, event.key(), draft.nowMillis);
        orders.promote(device.id(), draft);
        if (same != null) {
          grant(event.request(), same.pem(), draft);
        } else if (tooSoon != null) {
          draft.effect(new HubEffect.RequestRefused(event.request(), tooSoon));
        } else {
          order(event, draft);
        }
      }
    }
  }

  void signed(PendingCertificate.ForRenewal pending, IssuedCertificate issued, StepDraft draft) {
    draft.change(new HubChange.CertificateCame(pending.request()));
    DeviceRecord device = state.devices.get(pending.device());
    Reason refusal =
        device == null ? new Reason.DeviceUnknown(pending.device().text()) : device.refusal();
    if (device == null || refusal != null) {
      draft.effect(
          new HubEffect.RequestRefused(
              pending.request(),
              refusal == null ? new Reason.DeviceUnknown(pending.device().text()) : refusal));
      return;
    }
    CertificateRecord same = orders.answerTo(device.id(), pending.key(), draft.nowMillis);
    if (same != null) {
      grant(pending.request(), same.pem(), draft);
      return;
    }
    orders.file(device.id(), pending.key(), issued, draft);
    if (!device.key().equals(pending.key().keyDigest())) {
      draft.change(new HubChange.DevicePut(device.withKey(pending.key().keyDigest())));
    }
    draft.audit(
        Principal.device(device.id()),
        pending.action(),
        device.id().text(),
        AuditJson.of("serial", pending.presented()),
        AuditJson.of(Map.of("serial", issued.serial(), "key", pending.key().keyDigest().text())));
    grant(pending.request(), issued.pem(), draft);
  }

  private CertificateStanding.Standing standingOf(
      DeviceRecord device, HubEvent.RenewAsked event, StepDraft draft) {
    DeviceId owner =
        state
            .keys
            .ownerOf(event.key().keyDigest())
            .orElseGet(() -> DeviceId.ofKey(event.key().spkiDer()));
    if (!owner.equals(device.id()) && state.devices.containsKey(owner)) {
      return new CertificateStanding.Standing.Refused(
          new Reason.NotYours("key", "it belongs to " + owner));
    }
    return CertificateStanding.of(
        device,
        state.currentCertificates.get(device.id()),
        state.pendingCertificates.get(device.id()),
        event.presented(),
        draft.nowMillis);
  }

  private void answerOrOrder(HubEvent.RenewAsked event, DeviceRecord device, StepDraft draft) {
    Reason tooSoon = orders.tooSoon(device, event.key(), draft.nowMillis);
    CertificateRecord same = orders.answerTo(event.device(), event.key(), draft.nowMillis);
    if (same != null) {
      grant(event.request(), same.pem(), draft);
    } else if (tooSoon != null) {
      draft.effect(new HubEffect.RequestRefused(event.request(), tooSoon));
    } else {
      order(event, draft);
    }
  }

  private void order(HubEvent.RenewAsked event, StepDraft draft) {
    orders.order(
        new PendingCertificate.ForRenewal(
            event.request(),
            event.key(),
            draft.nowMillis + CertificateOrders.WAIT_MILLIS,
            event.device(),
            event.presented(),
            "renew"),
        event.device(),
        draft);
  }

  private static void grant(long request, String pem, StepDraft draft) {
    draft.effect(new HubEffect.RenewGranted(request, new RenewResponse(pem)));
  }

  private void refuse(HubEvent.RenewAsked event, Reason reason, StepDraft draft) {
    draft.effect(new HubEffect.RequestRefused(event.request(), reason));
    violations.record(event.remote(), event.device().text(), "renew-refused", reason, draft);
  }
}
