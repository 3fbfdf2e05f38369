package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// I12: messages, outboxes and disks stay within their bounds.
final class EverythingIsBounded extends Invariant {
  /// A release has a handful of files; an application keeps two releases and fetches a third.
  private static final int FILES_PER_APPLICATION_MAX = 16;

  private static final long DAY_MILLIS = 24 * 3600 * 1000L;

  /// Events and states of the worst weeks in the dark.
  private static final int OUTBOX_ROWS_MAX = 6_000;

  /// A device needs one every thirty days; joining, faults and restarts cost some more.
  private static final int CERTIFICATES_A_DAY_MAX = 12;

  private final Facts facts;
  private final int resultRowsMax;
  private final Map<DeviceId, int[]> certificates = new HashMap<>();

  /// @param resultRowsMax of one channel
  EverythingIsBounded(Facts facts, int resultRowsMax) {
    super("I12");
    this.facts = facts;
    this.resultRowsMax = resultRowsMax;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    int day = (int) (nowMillis / DAY_MILLIS);
    for (HubChange change : changes) {
      if (change instanceof HubChange.CertificatePut(var it)
          && it.generation() != CertificateRecord.Generation.SUPERSEDED) {
        int[] count = certificates.computeIfAbsent(it.device(), unseen -> new int[2]);
        count[1] = count[0] == day ? count[1] + 1 : 1;
        count[0] = day;
        hold(
            count[1] <= CERTIFICATES_A_DAY_MAX,
            facts.numberOf(it.device()),
            () -> it.device() + " got " + count[1] + " certificates within a day");
      }
    }
  }

  void carried(int shop, int bytes) {
    hold(bytes <= Limits.PACKET_BYTES_MAX, shop, () -> "a message of " + bytes + " bytes");
  }

  @Override
  void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    for (Map.Entry<Name, Integer> channel : facts.of(shop).waiting.entrySet()) {
      hold(
          channel.getValue() <= resultRowsMax,
          shop.number(),
          () -> channel.getValue() + " results of channel " + channel.getKey() + " wait");
    }
  }

  @Override
  void whole(List<? extends Shop> shops, long nowMillis) {
    for (Shop shop : shops) {
      ShopFacts its = facts.of(shop);
      hold(its.isOutboxWithin(OUTBOX_ROWS_MAX), shop.number(), () -> its.kept() + " rows wait");
      int files = (its.releases.size() + 2) * FILES_PER_APPLICATION_MAX;
      hold(
          shop.filesHeld() <= files,
          shop.number(),
          () ->
              shop.filesHeld() + " files and folders for " + its.releases.size() + " applications");
    }
  }
}
