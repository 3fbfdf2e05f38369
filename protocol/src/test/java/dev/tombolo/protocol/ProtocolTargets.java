package dev.tombolo.protocol;

import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.HubBeacon;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.util.List;
import java.util.function.Supplier;

/// Everything of this module that reads what others wrote.
final class ProtocolTargets implements Supplier<List<FuzzTarget>> {
  @Override
  public List<FuzzTarget> get() {
    return List.of(
        new TokenTargets.Text(),
        new TokenTargets.Content(),
        new JsonTarget(
            "json-from-devices",
            Limits.PACKET_BYTES_MAX,
            List.of(Report.class, ReportBody.class, Presence.class, Answer.class)),
        new JsonTarget(
            "json-from-hubs",
            Limits.PACKET_BYTES_MAX,
            List.of(DesiredUpdate.class, Acked.class, Ask.class, HubBeacon.class)),
        new JsonTarget(
            "json-of-calls",
            Limits.ENROL_BODY_BYTES_MAX,
            List.of(
                EnrolRequest.class,
                RenewRequest.class,
                ChallengeRequest.class,
                RecoverRequest.class,
                EnrolResponse.class,
                RenewResponse.class,
                ChallengeResponse.class,
                Refusal.class)),
        new JsonTarget(
            "json-of-documents",
            Limits.SECTION_BYTES_MAX,
            List.of(
                DesiredManifest.class,
                PeersSection.class,
                PlaceSection.class,
                WorkloadsSection.class,
                TrustSection.class,
                Envelope.class,
                PublisherRoot.class,
                ReleaseManifest.class,
                KitHeader.class)),
        new JsonTarget("json-of-reasons", Limits.ENROL_BODY_BYTES_MAX, List.of(Reason.class)),
        new SignedTargets.ReleaseEnvelope(),
        new SignedTargets.Release(),
        new SignedTargets.Desired(),
        new SignedTargets.Roots(),
        new CertificateTargets.Text(),
        new CertificateTargets.Bytes(),
        new KitTargets.File(),
        new KitTargets.Content(),
        new WordTargets.Ids(),
        new WordTargets.Paths(),
        new WordTargets.Values());
  }
}
