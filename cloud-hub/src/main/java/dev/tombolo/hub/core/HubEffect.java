package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Reason;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Everything the hub's loop may ask of the world, always after the commit of what it decided.
public sealed interface HubEffect {

  /// For one device's line; dropped when the line is gone.
  sealed interface ToSession extends HubEffect {
    SessionId session();
  }

  /// Answered by [HubEvent.CertificateSigned]. The subject is CN=device, O=tombolo-device.
  record SignCertificate(
      long request,
      DeviceId device,
      RequestedKey key,
      String serial,
      long notBeforeMillis,
      long notAfterMillis)
      implements HubEffect {}

  /// Answered by [HubEvent.DocumentSigned]. `payload` is a desired manifest's bytes.
  record SignDocument(DeviceId device, long revision, byte[] payload) implements HubEffect {}

  record EnrolGranted(long request, EnrolResponse response) implements HubEffect {}

  record RenewGranted(long request, RenewResponse response) implements HubEffect {}

  /// Refuses an enrolment or renewal.
  record RequestRefused(long request, Reason reason) implements HubEffect {}

  record SessionAdmitted(SessionId session) implements ToSession {}

  /// CONNACK with the reason code that fits, then close.
  record SessionRefused(SessionId session, Reason reason) implements ToSession {}

  /// DISCONNECT with the reason code that fits, then close.
  record CloseSession(SessionId session, Reason reason) implements ToSession {}

  /// Sends the updates in order; `manifest` comes back in [HubEvent.DesiredTaken] when the device
  /// has PUBACKed all, or in [HubEvent.DesiredSent] when they went out and it will not tell.
  record SendDesired(
      SessionId session, DeviceId device, Digest manifest, List<DesiredUpdate> updates)
      implements ToSession {
    public SendDesired {
      updates = List.copyOf(updates);
    }
  }

  record SendAcked(SessionId session, DeviceId device, Acked acked) implements ToSession {}

  record SendAsk(SessionId session, DeviceId device, Ask ask) implements ToSession {}

  /// PUBACK for a [HubEvent.ReportSaid].
  record PacketTaken(SessionId session, int packet) implements ToSession {}

  /// A commit failed and the state was read anew: the memory of every session is lost.
  record StartedOver() implements HubEffect {}

  record AdminAnswered(long request, AdminAnswer answer) implements HubEffect {}

  /// Closes every line of the device at once, whatever it is doing and whichever certificate it
  /// came with.
  record DeviceExpelled(DeviceId device, Reason reason) implements HubEffect {}

  /// To be written beside the database as well, where a backup that is restored does not undo it.
  ///
  /// @param standing what the device is from now on
  record StandingNoted(DeviceId device, Standing standing, long millis) implements HubEffect {}

  /// The set of certificate serials that must not be served, whole: a broker's CRL is rewritten. In
  /// the order in which they were told, so that a story reads the same each time.
  record RevocationsChanged(Set<String> serials) implements HubEffect {
    public RevocationsChanged {
      serials = Collections.unmodifiableSet(new LinkedHashSet<>(serials));
    }
  }
}
