package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// News that agents' adapters bring when nobody waits for it any more: of files and releases that
/// were given up, of processes long ended, of older lines. It must change nothing.
final class LateNews {
  private static final double GAP_MILLIS = 6.0 * VirtualTime.DAY;

  /// Of what an agent does, this share is met by news of something else.
  private static final double MET_SHARE = 0.02;

  /// Of what an adapter brings, this share comes twice.
  private static final double TWICE_SHARE = 0.004;

  private static final Name GONE = new Name("gone");
  private static final Digest NOBODYS = Digest.ofText("given up long ago");
  private static final DeviceId PEER = DeviceId.ofKey(new byte[] {7});
  private static final Reason WHY = new Reason.IoFailed("disk", "input/output error");

  private final World world;
  private final Chance chance;

  LateNews(World world) {
    this.world = world;
    this.chance = world.chance("late news");
  }

  void begin() {
    for (Device device : List.copyOf(world.devices())) {
      again(device);
    }
  }

  private void again(Device device) {
    world
        .scheduler()
        .in(
            world.gap(chance, GAP_MILLIS),
            () -> {
              if (world.faultsAreOn()) {
                device.offer(draw());
                again(device);
              }
            });
  }

  /// While the agent waits for what comes of this.
  void meet(Device device, AgentEffect effect) {
    boolean isAwaited =
        effect instanceof AgentEffect.Stage
            || effect instanceof AgentEffect.Switch
            || effect instanceof AgentEffect.StartWorkload
            || effect instanceof AgentEffect.StopWorkload
            || effect instanceof AgentEffect.ReloadWorkload
            || effect instanceof AgentEffect.AskBundle
            || effect instanceof AgentEffect.Fetch;
    if (isAwaited && world.faultsAreOn() && chance.isWithin(MET_SHARE)) {
      device.offer(draw());
    }
  }

  /// Whether an adapter says it twice: what it is about has moved on when it is heard again.
  boolean comesTwice(AgentEvent event) {
    boolean mayBe =
        switch (event) {
          case AgentEvent.StageFinished _,
              AgentEvent.StageFailed _,
              AgentEvent.SwitchFinished _,
              AgentEvent.SwitchFailed _,
              AgentEvent.WorkloadStarted _,
              AgentEvent.WorkloadStartFailed _,
              AgentEvent.WorkloadExited _,
              AgentEvent.WorkloadMissing _,
              AgentEvent.ReloadFinished _,
              AgentEvent.ProbeStarted _,
              AgentEvent.ProbeFinished _,
              AgentEvent.FetchFinished _,
              AgentEvent.FetchFailed _,
              AgentEvent.BundleLookedFor _,
              AgentEvent.BundleApplied _,
              AgentEvent.BundleFailed _,
              AgentEvent.PeersAnswered _,
              AgentEvent.CopyEnded _,
              AgentEvent.LinkOpened _,
              AgentEvent.LinkClosed _,
              AgentEvent.Published _,
              AgentEvent.AskArrived _,
              AgentEvent.StopAsked _ ->
              true;
          default -> false;
        };
    return mayBe
        && world.hasMorePlays()
        && world.faultsAreOn()
        && !world.plan().faults().isEmpty()
        && chance.isWithin(TWICE_SHARE);
  }

  private AgentEvent draw() {
    Name application = chance.isWithin(0.2) ? GONE : chance.oneOf(Releases.APPLICATIONS);
    return switch (chance.below(20)) {
      case 0 -> new AgentEvent.StageFinished(application, NOBODYS);
      case 1 -> new AgentEvent.StageFailed(application, NOBODYS, WHY);
      case 2 -> new AgentEvent.SwitchFinished(application, NOBODYS);
      case 3, 4 ->
          new AgentEvent.WorkloadExited(
              application, new ProcessIdentity("machine-0-0", 1, 1), 1, "late");
      case 5 -> new AgentEvent.ProbeStarted(application, "port", -1);
      case 6 -> new AgentEvent.ProbeFinished(application, "port", -1, Optional.empty());
      case 7 -> new AgentEvent.ProbeFinished(application, "none", 1, Optional.of(WHY));
      case 8 -> new AgentEvent.FetchFinished(NOBODYS);
      case 9 -> new AgentEvent.FetchFailed(NOBODYS, WHY, chance.isWithin(0.5));
      case 10 -> new AgentEvent.FetchAdvanced(NOBODYS, 5);
      case 11 ->
          new AgentEvent.BundleLookedFor(
              application, NOBODYS, "late", 5, new AgentEvent.BundleAnswer.NotNeeded());
      case 12 -> new AgentEvent.BundleApplied(application, NOBODYS, NOBODYS);
      case 13 -> new AgentEvent.BundleFailed(application, NOBODYS, NOBODYS, WHY, true);
      case 14 -> new AgentEvent.PeersAnswered(NOBODYS, -1, 0, List.of());
      case 15 -> new AgentEvent.CopyEnded(NOBODYS, 0, PeerAnswer.unreachable(PEER));
      case 16 -> new AgentEvent.LinkOpened(-1);
      case 17 -> new AgentEvent.LinkClosed(-1, new Reason.LineDown(0, "late"), 0);
      case 18 -> new AgentEvent.Published(-1, 1);
      default -> ofOlderLine();
    };
  }

  private AgentEvent ofOlderLine() {
    return chance.isWithin(0.5)
        ? new AgentEvent.AckedArrived(-1, 0, new Acked("another incarnation", 3, world.now()))
        : new AgentEvent.AskArrived(-1, 0, new Ask("late", "why", Map.of()));
  }
}
