package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Everything the hub's loop can be told. Adapters make these on their own threads, already parsed
/// and bounded, and hand them to [HubInbox]; nothing else changes the hub's state. `request`
/// numbers are made by the adapter that waits for the answer.
public sealed interface HubEvent {

  /// A device asks to enrol. The CSR's own signature has been checked.
  record EnrolAsked(
      long request, JoinToken token, RequestedKey key, Map<String, String> facts, String remote)
      implements HubEvent {
    public EnrolAsked {
      facts = Map.copyOf(facts);
    }
  }

  /// A device with certificate `presented` asks for its next one.
  ///
  /// @param shown the certificate itself, where the adapter has it
  record RenewAsked(
      long request,
      DeviceId device,
      String presented,
      @Nullable PresentedCertificate shown,
      RequestedKey key,
      String remote)
      implements HubEvent {}

  /// A device has proved by signing a challenge that it has the key of `certificate`, which may
  /// have run out, and asks for the next one.
  ///
  /// @param nonce of the challenge, and when it is of no use any more
  record RecoverAsked(
      long request,
      PresentedCertificate certificate,
      RequestedKey key,
      String nonce,
      long nonceUntilMillis,
      String remote)
      implements HubEvent {}

  /// The answer to [HubEffect.SignCertificate].
  record CertificateSigned(long request, IssuedCertificate certificate) implements HubEvent {}

  /// The answer to [HubEffect.SignDocument].
  record DocumentSigned(DeviceId device, long revision, Envelope envelope) implements HubEvent {}

  /// CONNECT arrived on a line whose client certificate chains to our CA; answered by
  /// [HubEffect.SessionAdmitted] or [HubEffect.SessionRefused].
  ///
  /// @param serial of the certificate, lower-case hex; empty when an external broker has checked it
  /// @param shown the certificate itself, where the adapter has it
  /// @param will what is told when the line breaks, where the adapter has it
  record SessionOpened(
      SessionId session,
      DeviceId device,
      String serial,
      @Nullable PresentedCertificate shown,
      String remote,
      Presence.@Nullable Will will)
      implements HubEvent {
    public SessionOpened(
        SessionId session,
        DeviceId device,
        String serial,
        @Nullable PresentedCertificate shown,
        String remote) {
      this(session, device, serial, shown, remote, null);
    }
  }

  /// The device listens on its `desired` or `acked` topic; said once per session, before anything
  /// the device says afterwards.
  record SessionSubscribed(SessionId session, DeviceId device) implements HubEvent {}

  /// @param clean true after a DISCONNECT with reason 0
  record SessionClosed(SessionId session, DeviceId device, boolean clean, String cause)
      implements HubEvent {}

  record PresenceSaid(SessionId session, DeviceId device, Presence presence) implements HubEvent {}

  /// @param packet MQTT packet identifier, acknowledged by [HubEffect.PacketTaken] after the commit
  record ReportSaid(SessionId session, DeviceId device, Report report, int packet)
      implements HubEvent {}

  record AnswerSaid(SessionId session, DeviceId device, Answer answer) implements HubEvent {}

  /// PUBACK of the last part of an update: the device has it on its disk.
  record DesiredTaken(SessionId session, DeviceId device, Digest manifest) implements HubEvent {}

  /// The update went out, but nobody will tell whether the device has it.
  record DesiredSent(SessionId session, DeviceId device, Digest manifest) implements HubEvent {}

  /// Somebody on the edge port broke a rule; leaves an audit line.
  record Violated(Optional<DeviceId> device, String remote, String what, Reason reason)
      implements HubEvent {}

  /// An operator's command.
  record AdminAsked(long request, Principal who, AdminCommand command) implements HubEvent {}

  /// The clock was set while the hub ran: what lasts since some moment goes on from where it was.
  ///
  /// @param byMillis against a clock that nobody sets; negative: back
  record ClockMoved(long byMillis) implements HubEvent {}

  /// Time passes; about once a second, and whenever a slice of work is left.
  ///
  /// @param isClockSure false: nothing goes for its age, since the clock may be wrong
  record Ticked(boolean isClockSure) implements HubEvent {
    public Ticked() {
      this(true);
    }
  }

  /// A device's document must be looked at. Made by the hub's own turn at a [Ticked], one for each
  /// device, so that a device that cannot be served does not keep the others from it.
  record DocumentDue(DeviceId device) implements HubEvent {}
}
