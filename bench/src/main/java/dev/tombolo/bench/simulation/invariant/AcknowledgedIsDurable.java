package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Report;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// I3: whatever hub or agent has said yes to is durable at that moment, and no row leaves an outbox
/// before the hub has it.
final class AcknowledgedIsDurable extends Invariant {
  private final Facts facts;

  AcknowledgedIsDurable(Facts facts) {
    super("I3");
    this.facts = facts;
  }

  @Override
  void hubDoes(HubEffect effect, long nowMillis) {
    switch (effect) {
      case HubEffect.SendAcked it -> {
        HubFacts.Outbox outbox = facts.hub.outbox(it.device(), it.acked().incarnation());
        hold(
            Math.max(0, outbox.through) >= it.acked().through(),
            facts.numberOf(it.device()),
            () ->
                "the hub acknowledges rows through "
                    + it.acked().through()
                    + " and has committed them through "
                    + outbox.through);
      }
      case HubEffect.SendDesired it -> {
        var document = facts.hub.documents.get(it.device());
        hold(
            document != null && document.manifest().equals(it.manifest()),
            facts.numberOf(it.device()),
            "the hub sends a document that it has not committed");
      }
      case HubEffect.EnrolGranted it -> {
        DeviceId device = it.response().device();
        hold(
            facts.hub.devices.containsKey(device) && isFiled(device, it.response().certificate()),
            facts.numberOf(device),
            () -> "the hub lets " + device + " in without having committed it");
      }
      case HubEffect.RenewGranted it ->
          hold(
              facts.hub.certificates.values().stream()
                  .anyMatch(each -> each.pem().equals(it.response().certificate())),
              -1,
              "the hub gives a certificate out without having committed it");
      case HubEffect.AdminAnswered(var _, AdminAnswer.TokenMade(var token)) ->
          hold(
              facts.hub.tokens.containsKey(token.id()),
              -1,
              () -> "token " + token.id() + " is not kept");
      case HubEffect.AdminAnswered(var _, AdminAnswer.ReleaseTaken(var release, var _)) ->
          hold(
              facts.hub.releases.containsKey(release),
              -1,
              () -> "release " + release + " is not kept");
      default -> {}
    }
  }

  private boolean isFiled(DeviceId device, String pem) {
    for (CertificateRecord each : facts.hub.certificates.values()) {
      if (each.device().equals(device) && each.pem().equals(pem)) {
        return true;
      }
    }
    return false;
  }

  @Override
  void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    ShopFacts its = facts.of(shop);
    switch (effect) {
      case AgentEffect.ResultKept(var _, var sequence) ->
          hold(
              its.rows.containsKey(sequence),
              shop.number(),
              () -> "result " + sequence + " is said to be kept, and is not");
      case AgentEffect.Publish it -> {
        if (it.message() instanceof AgentEffect.Outgoing.OfReport(var report)) {
          for (Report.Row row : report.rows()) {
            hold(
                its.rows.containsKey(row.sequence()),
                shop.number(),
                () -> "row " + row.sequence() + " is sent, and is not durable");
          }
        }
      }
      case AgentEffect.OpenLink(var line, var _, var _) ->
          hold(
              its.connects >= line,
              shop.number(),
              () -> "line " + line + " is opened before it is counted");
      default -> {}
    }
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.OutboxChanged(OutboxChange.Forgotten(var through))) {
        forgotten(shop, through, nowMillis);
      } else if (change
          instanceof
          AgentChange.OutboxChanged(OutboxChange.ResultsRemoved(var channel, var _, var _))) {
        hold(
            changes.stream()
                .anyMatch(
                    each ->
                        each
                                instanceof
                                AgentChange.OutboxChanged(OutboxChange.Appended(var entry, var _))
                            && entry.kind() == OutboxEntry.Kind.DROPPED
                            && channel.equals(entry.channel())),
            shop.number(),
            () -> "results of " + channel + " give way without a word");
      }
    }
  }

  private void forgotten(Shop shop, long through, long nowMillis) {
    ShopFacts its = facts.of(shop);
    DeviceId device = shop.device().orElseThrow();
    if (facts.wasCopied(device)) {
      // Until the copy is seen, the hub takes the one's rows for repeats of the other's.
      return;
    }
    if (facts.hub.hasBackups(nowMillis)) {
      long backedUp =
          facts.hub.backedUp.getOrDefault(device, Map.of()).values().stream()
              .mapToLong(Long::longValue)
              .max()
              .orElse(0);
      hold(
          through <= backedUp,
          shop.number(),
          () ->
              "rows through " + through + " are forgotten, backups have them through " + backedUp);
    }
    Map<String, HubFacts.Outbox> outboxes = facts.hub.outboxes.getOrDefault(device, Map.of());
    for (var row : its.rows.headMap(through, true).entrySet()) {
      if (row.getValue().isGone || row.getValue().entry.kind() == OutboxEntry.Kind.STATE) {
        continue;
      }
      int sequence = Math.toIntExact(row.getKey());
      hold(
          outboxes.values().stream().anyMatch(outbox -> outbox.rows.get(sequence)),
          shop.number(),
          () -> "row " + sequence + " is forgotten and the hub does not have it");
    }
  }

  /// A store remembers what it was given.
  @Override
  void whole(List<? extends Shop> shops, long nowMillis) {
    for (Shop shop : shops) {
      if (shop.device().isEmpty()) {
        continue;
      }
      ShopFacts its = facts.of(shop);
      AgentSnapshot stored = shop.stored();
      same(shop, "connects", its.connects, stored.connects());
      same(shop, "time floor", its.timeFloorMillis, stored.timeFloorMillis());
      same(shop, "security floors", its.securityFloors, stored.securityFloors());
      var held = its.held;
      same(
          shop,
          "document in force",
          held == null ? "none" : held.digest().text(),
          stored.held().map(document -> document.digest().text()).orElse("none"));
      same(shop, "waiting rows", its.waiting(), stored.outbox());
      same(shop, "acknowledged rows", its.ackedThrough, stored.ackedThrough());
      same(shop, "next row", its.lastSequence + 1, stored.nextSequence());
      TreeMap<Object, Object> releases = new TreeMap<>();
      stored.applications().forEach(it -> releases.put(it.name(), it.state()));
      same(shop, "releases", its.releases, releases);
      TreeMap<Object, Object> workloads = new TreeMap<>();
      stored.workloads().forEach(it -> workloads.put(it.name(), it));
      same(shop, "workloads", its.workloads, workloads);
    }
  }

  private void same(Shop shop, String what, Object committed, Object stored) {
    hold(
        committed.equals(stored),
        shop.number(),
        () -> what + ": " + committed + " was committed, the store has " + stored);
  }
}
