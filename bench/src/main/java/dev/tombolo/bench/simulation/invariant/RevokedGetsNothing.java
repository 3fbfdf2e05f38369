package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.protocol.id.DeviceId;
import java.util.List;

/// I9: five seconds after its expulsion is durable a device gets nothing and changes nothing.
final class RevokedGetsNothing extends Invariant {
  static final long GRACE_MILLIS = 5_000;

  private final Facts facts;

  RevokedGetsNothing(Facts facts) {
    super("I9");
    this.facts = facts;
  }

  @Override
  void hubDoes(HubEffect effect, long nowMillis) {
    switch (effect) {
      case HubEffect.SendDesired it -> check(it.device(), "a document", nowMillis);
      case HubEffect.SendAcked it -> check(it.device(), "an acknowledgement", nowMillis);
      case HubEffect.SendAsk it -> check(it.device(), "a question", nowMillis);
      case HubEffect.EnrolGranted it -> check(it.response().device(), "an enrolment", nowMillis);
      case HubEffect.RenewGranted it -> {
        for (CertificateRecord each : facts.hub.certificates.values()) {
          if (each.pem().equals(it.response().certificate())) {
            check(each.device(), "a renewal", nowMillis);
          }
        }
      }
      case HubEffect.SignDocument it -> check(it.device(), "a signature", nowMillis);
      default -> {}
    }
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.RowsTaken it -> check(it.device(), "its rows taken", nowMillis);
        case HubChange.CertificatePut(var it) -> check(it.device(), "a certificate", nowMillis);
        default -> {}
      }
    }
  }

  void served(DeviceId device, String what, long nowMillis) {
    check(device, what, nowMillis);
  }

  private void check(DeviceId device, String what, long nowMillis) {
    Long since = facts.hub.expelledMillis.get(device);
    hold(
        since == null || nowMillis - since <= GRACE_MILLIS,
        facts.numberOf(device),
        () -> device + " was expelled at " + since + " and gets " + what);
  }
}
