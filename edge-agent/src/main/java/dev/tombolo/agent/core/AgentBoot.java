package dev.tombolo.agent.core;

import dev.tombolo.agent.link.Backoff;
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
/// @param certificate when the device certificate is good
/// @param facts for people: host, os, arch, agentVersion
/// @param trouble why the core had to be started anew within a running agent
public record AgentBoot(
    String bootId,
    String machineBootId,
    String agentVersion,
    List<String> features,
    long buildMillis,
    List<X509Certificate> hubRoots,
    Validity certificate,
    Platform platform,
    Map<String, String> facts,
    Backoff backoff,
    OutboxQuota quota,
    Optional<Reason> trouble) {
  public AgentBoot {
    features = List.copyOf(features);
    hubRoots = List.copyOf(hubRoots);
    facts = Map.copyOf(facts);
  }

  public AgentBoot after(Reason newTrouble) {
    return new AgentBoot(
        bootId,
        machineBootId,
        agentVersion,
        features,
        buildMillis,
        hubRoots,
        certificate,
        platform,
        facts,
        backoff,
        quota,
        Optional.of(newTrouble));
  }
}
