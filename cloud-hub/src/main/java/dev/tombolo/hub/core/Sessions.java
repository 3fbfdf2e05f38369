package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.Delivery;
import dev.tombolo.hub.device.BirthCheck;
import dev.tombolo.hub.device.CertificateStanding;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;

/// The lines devices have to the hub: one each, the newest.
final class Sessions {
  /// Devices whose addresses are looked at in one step.
  static final int LAN_SLICE = 100;

  private final HubState state;
  private final Documents documents;
  private final CertificateOrders orders;
  private final LostAndFound lost;
  private final Histories histories;
  private final Asks asks;
  private final Violations violations;
  private final RolloutDriver rollouts;

  Sessions(
      HubState state,
      Documents documents,
      CertificateOrders orders,
      Asks asks,
      Violations violations,
      RolloutDriver rollouts) {
    this.state = state;
    this.documents = documents;
    this.orders = orders;
    this.lost = new LostAndFound(state);
    this.histories = new Histories(state, violations);
    this.asks = asks;
    this.violations = violations;
    this.rollouts = rollouts;
  }

  void opened(HubEvent.SessionOpened event, StepDraft draft) {
    DeviceRecord device = state.devices.get(event.device());
    if (device == null) {
      Reason why = lost.refusal(event.device(), event.shown(), event.remote(), draft);
      refuse(event, why, draft);
      return;
    }
    CertificateStanding.Standing standing =
        CertificateStanding.of(
            device,
            state.currentCertificates.get(device.id()),
            state.pendingCertificates.get(device.id()),
            event.serial(),
            draft.nowMillis);
    switch (standing) {
      case CertificateStanding.Standing.Refused refused -> refuse(event, refused.reason(), draft);
      case CertificateStanding.Standing.Superseded superseded -> {
        if (lost.adopt(device, event.shown(), draft)) {
          admit(event, draft);
          return;
        }
        Reason seen = new Reason.CertificateSuperseded(device.id().text(), event.serial());
        refuse(event, seen, draft);
        if (event.will() != null && isOutrun(device.id(), event.will())) {
          return;
        }
        Expulsion.quarantine(
            state, device, "a replaced certificate (" + event.serial() + ") was used again", draft);
      }
      case CertificateStanding.Standing.Promoted promoted -> {
        orders.promote(device.id(), draft);
        if (event.will() != null) {
          // The birth, which would say it, may come behind an older attempt of the same agent.
          draft.change(
              new HubChange.BootSeen(
                  device.id(), event.will().bootId(), event.will().connect(), draft.nowMillis));
        }
        admit(event, draft);
      }
      case CertificateStanding.Standing.Current current -> admit(event, draft);
    }
  }

  /// An attempt of the running agent that was on its way when a later one of it came through: no
  /// other machine's, since a boot id is drawn at each start of an agent.
  private boolean isOutrun(DeviceId device, Presence.Will will) {
    PresenceRecord presence = Expulsion.presence(state, device);
    boolean isOfBoot = will.bootId().equals(presence.bootId());
    return (isOfBoot && will.connect() < presence.connect())
        || state.boots.getOrDefault(device, List.of()).stream()
            .anyMatch(
                boot -> boot.bootId().equals(will.bootId()) && will.connect() < boot.connect());
  }

  void closed(HubEvent.SessionClosed event, StepDraft draft) {
    if (isCurrent(event.session(), event.device())) {
      end(event.device(), draft);
    }
  }

  void said(HubEvent.PresenceSaid event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session == null || !session.id().equals(event.session())) {
      return;
    }
    switch (event.presence()) {
      case Presence.Will will -> {
        if (BirthCheck.isOfNewestBirth(Expulsion.presence(state, event.device()), will)) {
          end(event.device(), draft);
        }
      }
      case Presence.Birth birth -> born(session, birth, draft);
    }
  }

  /// Believes the addresses that came too soon after others, once they may change.
  void settleAddresses(StepDraft draft) {
    int looked = 0;
    for (DeviceId id : state.lanWaits) {
      if (looked++ == LAN_SLICE) {
        return;
      }
      PresenceRecord before = Expulsion.presence(state, id);
      PresenceRecord settled = before.settled(draft.nowMillis);
      if (!settled.equals(before)) {
        draft.change(new HubChange.PresencePut(settled));
      }
    }
  }

  private void born(LiveSession session, Presence.Birth birth, StepDraft draft) {
    DeviceId id = session.device();
    DeviceRecord device = state.devices.get(id);
    List<BirthCheck.Boot> boots = state.boots.getOrDefault(id, List.of());
    switch (BirthCheck.check(boots, birth, draft.nowMillis)) {
      case STALE -> {}
      case TWO_DEVICES -> {
        if (device != null) {
          Expulsion.quarantine(
              state, device, "two running agents take turns with its identity", draft);
        }
      }
      case NEWEST -> {
        PresenceRecord before = Expulsion.presence(state, id);
        draft.change(new HubChange.PresencePut(before.born(birth, draft.nowMillis)));
        draft.change(new HubChange.BootSeen(id, birth.bootId(), birth.connect(), draft.nowMillis));
        documents.born(session, birth, histories.seen(session, birth, draft), draft);
        rollouts.born(id, draft);
      }
    }
  }

  private void admit(HubEvent.SessionOpened event, StepDraft draft) {
    DeviceId id = event.device();
    LiveSession before = state.sessions.get(id);
    if (before != null && !before.id().equals(event.session())) {
      draft.effect(
          new HubEffect.CloseSession(
              before.id(), new Reason.Conflict("session", "the device has connected again")));
    }
    draft.change(new HubChange.SessionGone(id));
    draft.change(
        new HubChange.SessionPut(
            new LiveSession(
                event.session(),
                id,
                event.serial(),
                event.remote(),
                new Delivery.AwaitingBirth())));
    draft.change(
        new HubChange.PresencePut(
            Expulsion.presence(state, id).came(event.remote(), draft.nowMillis)));
    draft.effect(new HubEffect.SessionAdmitted(event.session()));
  }

  private void end(DeviceId id, StepDraft draft) {
    draft.change(new HubChange.SessionGone(id));
    draft.change(new HubChange.PresencePut(Expulsion.presence(state, id).gone(draft.nowMillis)));
    asks.lineEnded(id, draft);
  }

  private void refuse(HubEvent.SessionOpened event, Reason reason, StepDraft draft) {
    draft.effect(new HubEffect.SessionRefused(event.session(), reason));
    violations.record(event.remote(), event.device().text(), "session-refused", reason, draft);
  }

  private boolean isCurrent(SessionId session, DeviceId device) {
    LiveSession live = state.sessions.get(device);
    return live != null && live.id().equals(session);
  }
}
