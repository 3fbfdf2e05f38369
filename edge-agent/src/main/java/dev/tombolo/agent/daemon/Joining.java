package dev.tombolo.agent.daemon;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.https.EnrolOutcome;
import dev.tombolo.agent.https.TimeQuestion;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;

/// Lets this device join with a token. Key and request are on the disk before anything is sent, so
/// that a lost answer is asked for again with the same key and costs no second use of the token.
public final class Joining {
  private static final int BUSY = 503;
  private static final int BUSY_TRIES_MAX = 30;
  private static final int BUSY_SECONDS_MAX = 60;

  private Joining() {}

  /// How it ended.
  public sealed interface Outcome {
    record Joined(EnrolResponse response) implements Outcome {}

    /// The hub, or the check of its answer, said no.
    record Refused(Reason reason, String message) implements Outcome {}

    record NotReached(String endpoint, Reason reason) implements Outcome {}
  }

  public static boolean hasJoined(Path data) throws IOException {
    return SqliteAgentStore.hasDevice(data);
  }

  /// Asks all hubs that the token names, and again where they are only busy: for as long as 30
  /// minutes.
  ///
  /// @param text the token as it was given
  public static Outcome join(AgentConfig config, JoinToken token, String text) throws IOException {
    AgentFolders folders = new AgentFolders(config.data());
    IdentityFolder identity = new IdentityFolder(folders.identity());
    EnrolRequest request = new EnrolRequest(text, identity.request(), Machine.facts());
    HubTime time = new HubTime(new TimeQuestion(config.proxy())::ask, Long.MIN_VALUE);
    SSLSocketFactory pinned = HubTls.pinned(token.rootKey(), time);
    Outcome last = new Outcome.NotReached("", new Reason.LineDown(0, "the token names no hub"));
    for (int tries = 1; ; tries++) {
      int busySeconds = 0;
      for (String endpoint : token.endpoints()) {
        var enrolment = new dev.tombolo.agent.https.Enrolment(config.proxy());
        EnrolOutcome outcome = enrolment.call(endpoint, pinned, request);
        if (outcome instanceof EnrolOutcome.NotReached && time.isDoubted()) {
          time.ask("https://" + endpoint, token.rootKey());
          outcome = enrolment.call(endpoint, pinned, request);
        }
        switch (outcome) {
          case EnrolOutcome.Enrolled(var response) -> {
            return keep(config.data(), token, identity, response);
          }
          case EnrolOutcome.Refused(var status, var refusal, var retryAfterSeconds) -> {
            last = new Outcome.Refused(refusal.reason(), refusal.message());
            if (status != BUSY) {
              return last;
            }
            busySeconds = Math.clamp(retryAfterSeconds, 1, BUSY_SECONDS_MAX);
          }
          case EnrolOutcome.NotReached(var reason) ->
              last = new Outcome.NotReached(endpoint, reason);
        }
      }
      if (busySeconds == 0 || tries >= BUSY_TRIES_MAX) {
        return last;
      }
      pause(busySeconds);
    }
  }

  /// Two hundred shops that join in the same minute are asked to come back; each a bit later.
  private static void pause(int seconds) throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(seconds * 1000L + new SecureRandom().nextInt(1000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the hub was busy", e);
    }
  }

  private static Outcome keep(
      Path data, JoinToken token, IdentityFolder identity, EnrolResponse response)
      throws IOException {
    if (!IdentityFolder.deviceOf(response.certificate()).equals(Optional.of(response.device()))) {
      return new Outcome.Refused(
          new Reason.CsrInvalid("the certificate answered is not that of " + response.device()),
          "the hub's answer contradicts itself");
    }
    try {
      identity.keepEnrolled(
          response.certificate(), token.rootKey(), response.documentCertificate());
    } catch (RefusedException e) {
      return new Outcome.Refused(e.reason(), "the hub's answer does not fit the token's pin");
    }
    byte[] incarnation = new byte[12];
    new SecureRandom().nextBytes(incarnation);
    SqliteAgentStore.create(
            data,
            new Enrolment(
                response.device(),
                response.fleet(),
                response.site(),
                response.slot(),
                token.rootKey(),
                token.publisherRoot(),
                response.documentCertificate(),
                response.history(),
                response.links(),
                response.https(),
                HexFormat.of().formatHex(incarnation)))
        .close();
    return new Outcome.Joined(response);
  }
}
