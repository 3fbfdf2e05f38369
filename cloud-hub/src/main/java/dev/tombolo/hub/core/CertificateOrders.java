package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubChange.Counter;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.CertificateRecord.Generation;
import dev.tombolo.hub.device.CertificateSerial;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import org.jspecify.annotations.Nullable;

/// Orders device certificates from the CA, and files them when they come.
final class CertificateOrders {
  /// Signing takes well under a second; what waits longer is given up.
  static final long WAIT_MILLIS = 30_000;

  /// Orders under way; more are told to come back.
  static final int AWAITED_MAX = 2_000;

  /// A device whose clock is a little behind must find its certificate already valid; one that
  /// lives only minutes is dated back by a tenth of its life.
  private static final long BACKDATED_MILLIS_MAX = 10 * 60 * 1000;

  /// How soon a device may ask for another certificate, with another CSR than before. Agents do it
  /// every 30 days.
  static final long PAUSE_MILLIS = 10 * 60 * 1000;

  /// So far ahead of the clock nothing has been issued just now.
  private static final long FUTURE_MILLIS = 60 * 1000;

  private final HubState state;
  private final long lifeMillis;

  CertificateOrders(HubSettings settings, HubState state) {
    this.state = state;
    this.lifeMillis = settings.trust().certificateLifeMillis();
  }

  boolean isFull() {
    return state.awaitedCertificates.size() >= AWAITED_MAX;
  }

  void order(PendingCertificate pending, DeviceId device, StepDraft draft) {
    long counter = state.counter(Counter.CERTIFICATE) + 1;
    RequestedKey key = pending.key();
    draft.change(new HubChange.CounterMoved(Counter.CERTIFICATE, counter));
    draft.change(new HubChange.CertificateAwaited(pending));
    draft.effect(
        new HubEffect.SignCertificate(
            pending.request(),
            device,
            key,
            CertificateSerial.of(state.history, counter, key.keyDigest()),
            draft.nowMillis - Math.min(BACKDATED_MILLIS_MAX, lifeMillis / 10),
            draft.nowMillis + lifeMillis));
  }

  /// When the device got its last certificate a moment ago: later. Not after its first, with which
  /// it may come to a new key at once.
  @Nullable Reason tooSoon(DeviceRecord device, RequestedKey key, long nowMillis) {
    if (hasOtherUnderWay(device.id(), key)) {
      return HubTurn.TRY_LATER;
    }
    CertificateRecord last = state.pendingCertificates.get(device.id());
    if (last == null) {
      last = state.currentCertificates.get(device.id());
      if (last == null || issuedMillis(last) <= device.enrolledMillis()) {
        return null;
      }
    }
    long life = last.notAfterMillis() - last.notBeforeMillis();
    long pause = Math.min(PAUSE_MILLIS, life / 20);
    long wait = issuedMillis(last) + pause - nowMillis;
    // One of the future was issued by a clock that has been set right since.
    boolean isOfFuture = wait > pause + FUTURE_MILLIS;
    return wait <= 0 || isOfFuture ? null : new Reason.Busy((int) Math.ceilDiv(wait, 1_000L));
  }

  private boolean hasOtherUnderWay(DeviceId device, RequestedKey key) {
    for (PendingCertificate pending : state.awaitedCertificates.values()) {
      boolean isIts =
          switch (pending) {
            case PendingCertificate.ForRenewal renewal -> renewal.device().equals(device);
            case PendingCertificate.ForEnrolment enrolment ->
                enrolment.key().keyDigest().equals(key.keyDigest());
          };
      if (isIts && !pending.key().csr().equals(key.csr())) {
        return true;
      }
    }
    return false;
  }

  private static long issuedMillis(CertificateRecord certificate) {
    long life = certificate.notAfterMillis() - certificate.notBeforeMillis();
    // Dated back by a tenth of what it lives from then on, which is an eleventh of the whole.
    return certificate.notBeforeMillis() + Math.min(BACKDATED_MILLIS_MAX, life / 11);
  }

  /// The live certificate that already answers this CSR. One that has run out answers nothing.
  @Nullable CertificateRecord answerTo(DeviceId device, RequestedKey key, long nowMillis) {
    CertificateRecord pending = state.pendingCertificates.get(device);
    if (isAnswer(pending, key, nowMillis)) {
      return pending;
    }
    CertificateRecord current = state.currentCertificates.get(device);
    return isAnswer(current, key, nowMillis) ? current : null;
  }

  private static boolean isAnswer(
      @Nullable CertificateRecord certificate, RequestedKey key, long nowMillis) {
    return certificate != null
        && certificate.csr().equals(key.csr())
        && nowMillis < certificate.notAfterMillis();
  }

  /// Files a new certificate: the first of a device is current, a later one waits until it is used.
  void file(DeviceId device, RequestedKey key, IssuedCertificate issued, StepDraft draft) {
    CertificateRecord waiting = state.pendingCertificates.get(device);
    if (waiting != null) {
      draft.change(new HubChange.CertificatePut(waiting.as(Generation.SUPERSEDED)));
    }
    boolean isFirst = !state.currentCertificates.containsKey(device);
    draft.change(
        new HubChange.CertificatePut(
            new CertificateRecord(
                issued.serial(),
                device,
                key.csr(),
                key.keyDigest(),
                issued.notBeforeMillis(),
                issued.notAfterMillis(),
                isFirst ? Generation.CURRENT : Generation.PENDING,
                issued.pem())));
  }

  /// The pending certificate has been used: it is the current one from now on.
  void promote(DeviceId device, StepDraft draft) {
    CertificateRecord current = state.currentCertificates.get(device);
    CertificateRecord pending = state.pendingCertificates.get(device);
    if (pending == null) {
      return;
    }
    if (current != null) {
      draft.change(new HubChange.CertificatePut(current.as(Generation.SUPERSEDED)));
      draft.change(new HubChange.RevocationsTouched());
    }
    draft.change(new HubChange.CertificatePut(pending.as(Generation.CURRENT)));
  }
}
