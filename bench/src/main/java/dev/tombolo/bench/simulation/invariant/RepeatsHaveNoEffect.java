package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.outbox.OutboxChange;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ReportBody;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// I10: a row is taken once and as the device wrote it; a document comes in force once; a challenge
/// is answered once.
final class RepeatsHaveNoEffect extends Invariant {
  private final Facts facts;
  private final Map<DeviceId, Map<String, Taken>> taken = new HashMap<>();
  private final Map<Integer, Set<Digest>> applied = new HashMap<>();
  private final Map<Long, String> challenges = new HashMap<>();
  private final Set<String> answered = new HashSet<>();

  private static final class Taken {
    long through = -1;
    final BitSet rows = new BitSet();
  }

  RepeatsHaveNoEffect(Facts facts) {
    super("I10");
    this.facts = facts;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      if (change instanceof HubChange.RowsTaken it) {
        check(it);
      }
    }
  }

  void challenged(long request, String nonce) {
    challenges.put(request, nonce);
  }

  @Override
  void hubDoes(HubEffect effect, long nowMillis) {
    if (effect instanceof HubEffect.RenewGranted(var request, var _)) {
      String nonce = challenges.remove(request);
      hold(
          nonce == null || answered.add(nonce),
          -1,
          () -> "challenge " + nonce + " was answered twice, and got a certificate twice");
    }
  }

  @Override
  Runnable bookmark() {
    Map<DeviceId, Map<String, Taken>> then = copy(taken);
    return () -> {
      taken.clear();
      taken.putAll(copy(then));
    };
  }

  private static Map<DeviceId, Map<String, Taken>> copy(Map<DeviceId, Map<String, Taken>> all) {
    Map<DeviceId, Map<String, Taken>> copy = new HashMap<>();
    all.forEach(
        (device, its) -> {
          Map<String, Taken> copies = new HashMap<>();
          its.forEach(
              (incarnation, each) -> {
                Taken one = new Taken();
                one.through = each.through;
                one.rows.or(each.rows);
                copies.put(incarnation, one);
              });
          copy.put(device, copies);
        });
    return copy;
  }

  private void check(HubChange.RowsTaken it) {
    Taken before =
        taken
            .computeIfAbsent(it.device(), unseen -> new HashMap<>())
            .computeIfAbsent(it.incarnation(), unseen -> new Taken());
    int number = facts.numberOf(it.device());
    hold(
        it.through() > before.through,
        number,
        () -> "rows through " + it.through() + " are taken after " + before.through);
    before.through = it.through();
    Shop shop = facts.shopOf(it.device());
    for (ReportRow row : it.rows()) {
      int sequence = Math.toIntExact(row.sequence());
      hold(!before.rows.get(sequence), number, () -> "row " + sequence + " is taken twice");
      before.rows.set(sequence);
      if (shop != null
          && !facts.wasCopied(it.device())
          && facts.of(shop).isOfIts(it.incarnation())) {
        ShopFacts.Row written = facts.of(shop).rows.get(row.sequence());
        hold(
            written != null,
            number,
            () -> "row " + sequence + " is taken, and was never durable there");
        hold(
            written == null || written.row.body().equals(row.body()),
            number,
            () -> "row " + sequence + " is not what the device wrote: " + row.body());
      }
    }
  }

  /// What came in force is not known there any more.
  void forgotDocuments(Shop shop) {
    applied.remove(shop.number());
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (AgentChange change : changes) {
      if (change
              instanceof
              AgentChange.OutboxChanged(
                  OutboxChange.Appended(
                      var _,
                      dev.tombolo.protocol.message.Report.Row(
                          var _,
                          var _,
                          var _,
                          var _,
                          var body)))
          && body instanceof ReportBody.Happened(var what, var _, Digest manifest, var _, var _)
          && what.equals("desired-applied")) {
        hold(
            applied.computeIfAbsent(shop.number(), unseen -> new HashSet<>()).add(manifest),
            shop.number(),
            () -> "document " + manifest.brief() + " comes in force twice");
      }
    }
  }
}
