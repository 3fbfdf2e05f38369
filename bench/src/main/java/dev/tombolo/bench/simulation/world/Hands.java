package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What an agent's adapters do: line, files, workloads, probes, renewal. All of it ends with the
/// agent's process, except the workloads.
final class Hands implements Consumer<AgentEffect> {
  private static final long NO_ANSWER_MILLIS = 12_000;
  private static final double SWITCH_FAILS_SHARE = 0.03;
  private static final double HANGS_SHARE = 0.05;

  /// Of probes that cannot be asked, on a machine that is too busy.
  private static final double UNASKED_SHARE = 0.01;

  private final Device device;
  private final World world;
  private final Chance chance;
  private final long run;
  private final Fetching fetching;
  private final Bundling bundling;
  private final Neighbours neighbours;
  private long diskFreeMillis;
  private AgentEvent.@Nullable KitRefused toldRefusal;

  Hands(Device device) {
    this.device = device;
    this.world = device.world;
    this.chance = device.chance;
    this.run = device.run();
    this.fetching = new Fetching(device, this);
    this.bundling = new Bundling(device, this);
    this.neighbours = new Neighbours(device, this);
  }

  @Override
  public void accept(AgentEffect effect) {
    device.disk().beforeEffect();
    world.agentDoes(device, effect);
    world.late().meet(device, effect);
    switch (effect) {
      case AgentEffect.OpenLink it -> open(it);
      case AgentEffect.CloseLink it -> {
        Line line = device.line();
        if (line != null && line.number == it.line()) {
          device.closes(line);
        }
      }
      case AgentEffect.Publish it -> publish(it);
      case AgentEffect.AcknowledgePacket it -> {
        Line line = device.line();
        if (line != null && line.number == it.line() && it.packet() > 0) {
          world.network().up(line, () -> world.hub().edge().acknowledged(line, it.packet()));
        }
      }
      case AgentEffect.Fetch it -> fetching.fetch(it);
      case AgentEffect.AskBundle it -> bundling.ask(it);
      // What it makes nobody sees before the bundle is applied.
      case AgentEffect.UnpackAhead _ -> {}
      case AgentEffect.ApplyBundle it -> bundling.apply(it);
      case AgentEffect.HoldTo _ -> {}
      case AgentEffect.CancelFetch it -> {
        fetching.cancel(it.file());
        neighbours.cancel(it.file());
      }
      case AgentEffect.ShareWith _ -> {
        device.told.clear();
        device.making = Set.of();
      }
      case AgentEffect.TellPeers it -> neighbours.tell(it);
      case AgentEffect.TellMaking it -> neighbours.tell(it);
      case AgentEffect.AskPeers it -> neighbours.ask(it);
      case AgentEffect.CopyFromPeer it -> neighbours.copy(it);
      case AgentEffect.Stage it -> onDisk(20, 300, () -> stage(it));
      case AgentEffect.Switch it -> onDisk(2, 50, () -> change(it));
      case AgentEffect.Sweep it -> onDisk(2, 50, () -> device.files.sweep(it));
      case AgentEffect.LookForKits it -> {
        if (!device.kits.isEmpty() || device.refusedKit != null) {
          later(1, 20, () -> look(it));
        }
      }
      case AgentEffect.DropKit it -> onDisk(1, 20, () -> device.dropKit(it.kit()));
      case AgentEffect.DropKitRefusal(var kit, var why) ->
          onDisk(1, 20, () -> drop(new AgentEvent.KitRefused(kit, why)));
      case AgentEffect.StartWorkload it -> {
        device.startsWorkload(it.application());
        later(50, 400, () -> start(it));
      }
      case AgentEffect.StopWorkload it -> later(1, 20, () -> stop(it));
      case AgentEffect.AdoptWorkload it -> later(1, 20, () -> adopt(it));
      case AgentEffect.ReloadWorkload it -> later(100, 2_000, () -> reload(it));
      case AgentEffect.RunProbe it -> later(10, 200, () -> probe(it));
      case AgentEffect.ReadOutput it ->
          later(5, 50, () -> device.offer(new AgentEvent.OutputRead(it.line(), it.ask(), "hello")));
      case AgentEffect.ResultKept it -> world.results().kept(device, it.request());
      case AgentEffect.ResultRefused it -> world.results().refused(device, it.request());
      case AgentEffect.Renew it -> renew();
      case AgentEffect.Recover it -> recover();
      case AgentEffect.Stop _ -> {}
    }
  }

  /// Of the agent's process whose hands these are.
  long run() {
    return run;
  }

  /// Does it after a moment, unless the agent has died by then.
  void later(long fromMillis, long toMillis, Runnable work) {
    world
        .scheduler()
        .in(
            chance.between(fromMillis, toMillis),
            () -> {
              if (device.run() == run) {
                work.run();
              }
            });
  }

  /// One thing after the other, as the disk's one thread does it.
  private void onDisk(long fromMillis, long toMillis, Runnable work) {
    diskFreeMillis = Math.max(world.now(), diskFreeMillis) + chance.between(fromMillis, toMillis);
    world
        .scheduler()
        .at(
            diskFreeMillis,
            () -> {
              if (device.run() == run) {
                work.run();
              }
            });
  }

  // ---- line

  private void open(AgentEffect.OpenLink it) {
    Line before = device.line();
    if (before != null) {
      device.closes(before);
    }
    Line line = new Line(device, it.line(), device.shown(), world.payload(it.will()), run);
    device.opens(line);
    Weather weather = world.network().weather(device.site());
    if (weather.passes()) {
      world.network().up(line, () -> world.hub().edge().connect(line));
    } else {
      // No handshake gets through when one direction is blocked.
      line.upIsDead = true;
      line.downIsDead = true;
      later(
          NO_ANSWER_MILLIS / 2,
          NO_ANSWER_MILLIS,
          () -> world.network().agentNotices(line, "no answer"));
    }
  }

  private void publish(AgentEffect.Publish it) {
    Line line = device.line();
    if (line == null || line.number != it.line()) {
      return;
    }
    Edge.Topic topic;
    Payload payload;
    switch (it.message()) {
      case AgentEffect.Outgoing.OfPresence(var presence) -> {
        topic = Edge.Topic.PRESENCE;
        payload = world.payload(presence);
      }
      case AgentEffect.Outgoing.OfReport(var report) -> {
        topic = Edge.Topic.REPORT;
        payload = world.payload(report);
      }
      case AgentEffect.Outgoing.OfAnswer(var answer) -> {
        topic = Edge.Topic.ANSWER;
        payload = world.payload(answer);
      }
    }
    world
        .network()
        .up(line, () -> world.hub().edge().published(line, topic, payload, it.publication()));
  }

  private void look(AgentEffect.LookForKits it) {
    AgentEvent.KitRefused refusal = device.refusedKit;
    if (refusal != null && !refusal.equals(toldRefusal)) {
      toldRefusal = refusal;
      device.offer(refusal);
    }
    device.kits.forEach(
        (id, found) -> {
          if (!it.known().contains(id)) {
            device.offer(found);
          }
        });
  }

  /// Unless another one has taken its place.
  private void drop(AgentEvent.KitRefused refusal) {
    if (refusal.equals(device.refusedKit)) {
      device.refusedKit = null;
      toldRefusal = null;
    }
  }

  // ---- files

  private void stage(AgentEffect.Stage it) {
    for (Variant.File file : it.files()) {
      Boolean right = device.files.whole.get(file.digest());
      if (right == null) {
        Reason reason = new Reason.IoFailed("file store", "lacks " + file.digest());
        device.offer(new AgentEvent.StageFailed(it.application(), it.release(), reason));
        return;
      }
      if (!right) {
        device.files.whole.remove(file.digest());
        Reason reason =
            new Reason.DigestMismatch(file.path(), file.digest(), Digest.ofText("rotten"));
        device.offer(new AgentEvent.StageFailed(it.application(), it.release(), reason));
        return;
      }
    }
    if (device.disk().isFull() && !device.files.staged.contains(it.release())) {
      device.offer(
          new AgentEvent.StageFailed(
              it.application(), it.release(), new Reason.DiskFull("releases", 1, 0)));
      return;
    }
    device.files.staged.add(it.release());
    device.offer(new AgentEvent.StageFinished(it.application(), it.release()));
  }

  private void change(AgentEffect.Switch it) {
    if (world.mayFault(FaultKind.SWITCH_FAILS) && chance.isWithin(SWITCH_FAILS_SHARE)) {
      world.faulted(FaultKind.SWITCH_FAILS);
      Reason reason = new Reason.IoFailed("release folder", "input/output error");
      device.offer(new AgentEvent.SwitchFailed(it.application(), it.release(), reason));
      return;
    }
    if (!device.files.staged.contains(it.release()) || device.disk().isFull()) {
      Reason reason =
          device.disk().isFull()
              ? new Reason.DiskFull("apps", 1, 0)
              : new Reason.IoFailed("release folder", "is not staged");
      device.offer(new AgentEvent.SwitchFailed(it.application(), it.release(), reason));
      return;
    }
    device.files.current.put(it.application(), it.release());
    device.offer(new AgentEvent.SwitchFinished(it.application(), it.release()));
  }

  // ---- workloads

  private void start(AgentEffect.StartWorkload it) {
    Name application = it.application();
    device.workloads().remove(application);
    Releases.Behaviour behaviour = world.releases().behaviour(it.release());
    if (behaviour == Releases.Behaviour.DOES_NOT_START) {
      device.offer(
          new AgentEvent.WorkloadStartFailed(
              application, new Reason.IoFailed("start", "no such program")));
      return;
    }
    long pid = world.nextPid();
    ProcessIdentity identity = new ProcessIdentity(device.machineBoot(), pid, pid * 7);
    device
        .workloads()
        .put(application, new Workload(identity, it.spec().argv(), it.release(), world.now(), run));
    device.offer(new AgentEvent.WorkloadStarted(application, identity));
    if (behaviour == Releases.Behaviour.CRASHES) {
      world
          .scheduler()
          .in(chance.between(200, 8_000), () -> dies(application, identity, 1, "no such model"));
    }
  }

  /// Whoever watches it hears of it; others find it gone.
  void dies(Name application, ProcessIdentity identity, int exitCode, String words) {
    Workload workload = device.workloads().get(application);
    if (workload == null || !workload.identity.equals(identity)) {
      return;
    }
    device.workloads().remove(application);
    if (workload.watchedBy == device.run()) {
      device.startsWorkload(application);
      device.offer(new AgentEvent.WorkloadExited(application, identity, exitCode, words));
    }
  }

  private void stop(AgentEffect.StopWorkload it) {
    Workload workload = device.workloads().get(it.application());
    if (workload == null || !workload.identity.equals(it.process())) {
      device.offer(new AgentEvent.WorkloadExited(it.application(), it.process(), -1, ""));
      return;
    }
    workload.watchedBy = run;
    world
        .scheduler()
        .in(
            chance.between(10, it.graceSeconds() * 1000L + 10) + hangsMillis(),
            () -> dies(it.application(), it.process(), 143, ""));
  }

  /// One that waits for its disk is not even killed at once.
  private long hangsMillis() {
    return world.faultsAreOn() && chance.isWithin(HANGS_SHARE)
        ? chance.between(VirtualTime.SECOND, 5 * VirtualTime.MINUTE)
        : 0;
  }

  private void adopt(AgentEffect.AdoptWorkload it) {
    Workload workload = device.workloads().get(it.application());
    if (workload == null || !workload.identity.equals(it.process())) {
      device.startsWorkload(it.application());
      device.offer(new AgentEvent.WorkloadMissing(it.application(), it.process(), ""));
    } else {
      workload.watchedBy = run;
    }
  }

  private void reload(AgentEffect.ReloadWorkload it) {
    Workload workload = device.workloads().get(it.application());
    Optional<Reason> failure = Optional.empty();
    if (workload == null || !workload.identity.equals(it.process())) {
      failure = Optional.of(new Reason.IoFailed("reload", "nobody is there"));
    } else if (chance.isWithin(0.2)) {
      device.befalls(it.application());
      failure = Optional.of(new Reason.IoFailed("reload", "the workload said no"));
    } else {
      workload.release = it.release();
      workload.sinceMillis = world.now();
    }
    device.offer(
        new AgentEvent.ReloadFinished(it.application(), it.release(), it.process(), failure));
  }

  private void probe(AgentEffect.RunProbe it) {
    device.offer(new AgentEvent.ProbeStarted(it.application(), it.probe().name(), it.round()));
    later(10, 200, () -> probed(it));
  }

  private void probed(AgentEffect.RunProbe it) {
    Workload workload = device.workloads().get(it.application());
    if (world.hasMorePlays() && world.faultsAreOn() && chance.isWithin(UNASKED_SHARE)) {
      // The machine is too busy to ask; that is nobody's fault.
      device.befalls(it.application());
      Reason why = new Reason.IoFailed("probe", "no more processes");
      device.offer(
          new AgentEvent.ProbeFinished(
              it.application(), it.probe().name(), it.round(), Optional.of(why)));
      return;
    }
    if (workload != null && workload.hangs) {
      // Whatever release it has by now.
      device.befalls(it.application());
    }
    boolean passes =
        workload != null
            && workload.release.equals(it.release())
            && !workload.hangs
            && passes(it.release(), world.now() - workload.sinceMillis);
    device.offer(
        new AgentEvent.ProbeFinished(
            it.application(),
            it.probe().name(),
            it.round(),
            passes
                ? Optional.empty()
                : Optional.of(new Reason.ProbeFailed(it.probe().name(), "wrong answer"))));
  }

  private boolean passes(Digest release, long afterMillis) {
    return switch (world.releases().behaviour(release)) {
      case WORKS -> true;
      case FAILS_ON_SOME -> device.number() % 3 != 0;
      case FAILS_IN_SOAK -> afterMillis < Releases.LATE_MILLIS;
      case CRASHES, FAILS_PROBES, DOES_NOT_START -> false;
    };
  }

  // ---- identity

  private void renew() {
    device.isRenewing = true;
    Payload body = world.payload(new RenewRequest(device.identity.nextRequest()));
    PresentedCertificate shown = device.shown();
    world
        .network()
        .request(
            device,
            request -> world.hub().edge().renew(request, shown, body),
            reply -> {
              if (device.run() == run) {
                device.offer(renewed(reply));
              }
            });
  }

  private void recover() {
    device.isRenewing = true;
    Payload body = world.payload(new RenewRequest(device.identity.nextRequest()));
    PresentedCertificate shown = device.shown();
    world
        .network()
        .request(
            device,
            request -> world.hub().edge().recover(request, shown, body),
            reply -> {
              if (device.run() == run) {
                device.offer(renewed(reply));
              }
            });
  }

  private AgentEvent renewed(Reply reply) {
    return switch (reply) {
      case Reply.Lost _ -> new AgentEvent.RenewalFailed(new Reason.LineDown(0, "no answer"), 0);
      case Reply.Refused(var reason) -> {
        world.office().hears(device, reason);
        yield new AgentEvent.RenewalFailed(reason, Edge.retryAfter(reason).orElse(0));
      }
      case Reply.Body(var content) -> {
        world.carried(content);
        try {
          RenewResponse response = content.read(RenewResponse.class, Limits.SECTION_BYTES_MAX);
          if (!device.identity.keepRenewed(response.certificate())) {
            throw world.bug(device.number(), "the hub certified another key than was asked for");
          }
          device.isRenewing = false;
          yield new AgentEvent.RenewalFinished(device.identity.held().life());
        } catch (MalformedException e) {
          throw world.bug(device.number(), "the agent cannot read a certificate: " + e);
        }
      }
    };
  }
}
