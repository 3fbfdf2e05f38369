package dev.tombolo.agent.core;

import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.link.Renewal;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is fixed for one run of the core.
///
/// @param bootId random per start of the agent
/// @param machineBootId of the machine: a process of another boot is surely gone
/// @param buildMillis when the agent was built: the clock cannot be earlier
/// @param hubRoots the hub's CA certificates, the one trusted now first, then those it has replaced
/// @param certificate how long the device certificate is good
/// @param renewalFromMillis monotonic time before which the certificate is not renewed again
/// @param lan addresses at which it could be reached within its site when it started
/// @param facts for people: host, os, arch, agentVersion
/// @param trouble why the core had to be started anew within a running agent
/// @param troubleIsTold the hub has heard of this row of troubles: a fault that lasts must not fill
///   the outbox with its own news
/// @param shares whether it may share within its site, wherever that can reach it
public record AgentBoot(
    String bootId,
    String machineBootId,
    String agentVersion,
    List<String> features,
    long buildMillis,
    List<X509Certificate> hubRoots,
    CertificateLife certificate,
    long renewalFromMillis,
    Platform platform,
    List<String> lan,
    Map<String, String> facts,
    Backoff backoff,
    OutboxQuota quota,
    Optional<Reason> trouble,
    boolean troubleIsTold,
    boolean shares) {
  public AgentBoot {
    features = List.copyOf(features);
    hubRoots = List.copyOf(hubRoots);
    lan = List.copyOf(lan);
    facts = Map.copyOf(facts);
  }

  /// The same run, in trouble.
  public AgentBoot after(Reason newTrouble, boolean isTold) {
    return with(hubRoots, certificate, renewalFromMillis, Optional.of(newTrouble), isTold);
  }

  /// The same run, with a new certificate and the roots that came with it. A clock that is ahead
  /// would call each new one due at once: whatever the clock says, the next renewal waits for a
  /// part of its life.
  public AgentBoot renewed(
      CertificateLife life, List<X509Certificate> roots, long nowMonotonicMillis) {
    return with(
        roots.isEmpty() ? hubRoots : roots,
        life,
        nowMonotonicMillis + Renewal.pauseMillis(life),
        trouble,
        troubleIsTold);
  }

  private AgentBoot with(
      List<X509Certificate> roots,
      CertificateLife life,
      long renewableMillis,
      Optional<Reason> newTrouble,
      boolean isTold) {
    return new AgentBoot(
        bootId,
        machineBootId,
        agentVersion,
        features,
        buildMillis,
        roots,
        life,
        renewableMillis,
        platform,
        lan,
        facts,
        backoff,
        quota,
        newTrouble,
        isTold,
        shares);
  }
}
