package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.outbox.OutboxRows;
import dev.tombolo.agent.release.ReleaseGate;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The whole agent without its hands: takes one event at a time, says what to persist and what to
/// do after that. What it remembers it can read again from the store at any moment, so a crash, a
/// failed commit and a fresh start are one and the same to it.
public final class AgentCore {
  /// A download's progress is told no more often than this.
  private static final long PROGRESS_MILLIS = 5_000;

  private final AgentSnapshot snapshot;
  private final AgentBoot boot;
  private final TimeFloor floor;
  private final ReportSteps reports;
  private final LinkSteps link;
  private final DocumentSteps documents;
  private final WindowSteps windows;
  private final ApplicationSteps applications;
  private final KitSteps kits;
  private final StatusView status;

  /// The database was made anew, and what is live has not been read to the end since.
  private boolean doubtsDisk;

  private long progressToldMillis;

  /// What was said last about the time and the certificate.
  private List<Class<?>> deviceWords = List.of();

  private Optional<ReportBody.State> told = Optional.empty();

  public AgentCore(AgentSnapshot snapshot, AgentBoot boot, RandomDraw random, Now now) {
    this.snapshot = snapshot;
    this.boot = boot;
    this.floor = new TimeFloor(boot.buildMillis(), snapshot.timeFloorMillis());
    this.reports = new ReportSteps(snapshot, boot);
    this.link = new LinkSteps(snapshot, boot, random, now);
    this.documents = new DocumentSteps(snapshot, boot);
    this.windows = new WindowSteps(snapshot, boot, floor);
    this.applications = new ApplicationSteps(snapshot, boot, random, reports, windows, now);
    this.kits = new KitSteps(snapshot);
    this.status = new StatusView(applications, windows);
  }

  /// What was on its way here by what was left: some of it may lie in the file store.
  public List<Variant.File> coming() {
    return applications.coming();
  }

  /// Takes up what was left: to be called once, before any event.
  ///
  /// @param stored bytes of each of [#coming] that lie in the file store
  public Step start(Map<Digest, Long> stored, Now now) {
    return start(stored, Map.of(), now);
  }

  /// The same, where the ends of some processes are known that the store does not know of.
  Step start(
      Map<Digest, Long> stored, Map<ProcessIdentity, AgentEvent.WorkloadExited> ended, Now now) {
    Outcome out = new Outcome();
    applications.found(stored);
    if (boot.trouble().isEmpty()) {
      reports.event("booted", null, null, null, now, out);
    } else if (!boot.troubleIsTold()) {
      reports.event("storage-recovered", null, null, boot.trouble().get(), now, out);
    }
    applications.resume(snapshot.workloads(), ended, now, out);
    if (snapshot.damage().isPresent()) {
      reports.event("database-damaged", null, null, snapshot.damage().get(), now, out);
      doubtsDisk = true;
      applications.lookAtFiles(out);
      endDoubt(out);
    }
    want(now, out);
    tellState(now, out);
    return out.step();
  }

  /// One event, one step. Nothing of it happens before its changes are durable.
  public Step step(AgentEvent event, Now now) {
    Outcome out = new Outcome();
    route(event, now, out);
    endDoubt(out);
    kits.settle(documents.held(), applications, out);
    List<Class<?>> words = new ArrayList<>(3);
    clockReasons(now).forEach(it -> words.add(it.getClass()));
    certificateReasons(now).forEach(it -> words.add(it.getClass()));
    boolean wordsChanged = !words.equals(deviceWords);
    deviceWords = words;
    if (applications.takeChanged() || wordsChanged || isNews(event, now)) {
      tellState(now, out);
    }
    return out.step();
  }

  /// The mark goes when the disk has answered, not before: a crash in between would leave what was
  /// lost unseen.
  private void endDoubt(Outcome out) {
    if (doubtsDisk && applications.hasLooked()) {
      doubtsDisk = false;
      out.change(new AgentChange.DamageTold());
    }
  }

  /// What can be sent now of what is durable. To be called after each commit.
  public List<AgentEffect> publish(OutboxRows rows, Now now) {
    return link.isOpen() ? reports.publish(rows, link, now) : List.of();
  }

  private void route(AgentEvent event, Now now, Outcome out) {
    switch (event) {
      case AgentEvent.LinkOpened(var line, var lan) -> {
        link.opened(line, birth(line, lan.isEmpty() ? boot.lan() : lan, now), now, out);
        if (link.isLine(line)) {
          reports.lineOpened(now);
          applications.hurry(now, out);
        }
      }
      case AgentEvent.LinkClosed(var line, var reason, var retryAfterSeconds) -> {
        if (link.isLine(line)) {
          reports.lineClosed();
        }
        link.closed(line, reason, retryAfterSeconds, now, out);
      }
      case AgentEvent.DesiredArrived arrived -> desired(arrived, now, out);
      case AgentEvent.KitFound found -> kit(found, now, out);
      case AgentEvent.KitRefused(var kit, var why) -> {
        Reason reason = new Reason.Malformed("kit " + kit, why);
        reports.event("kit-refused", null, null, reason, now, out);
        out.effect(new AgentEffect.DropKitRefusal(kit, why));
      }
      case AgentEvent.AckedArrived(var line, var packet, var acked) -> {
        if (link.isLine(line)) {
          windows.heard(acked.hubMillis(), now, out);
          windows.hold(now, out);
        }
        if (reports.acked(acked, floor, now, out)) {
          told = Optional.empty();
          tellState(now, out);
        }
        out.effect(new AgentEffect.AcknowledgePacket(line, packet));
      }
      case AgentEvent.AskArrived(var line, var packet, var ask) -> {
        out.effect(new AgentEffect.AcknowledgePacket(line, packet));
        answer(line, ask, now, out);
      }
      case AgentEvent.Published(var line, var publication) -> {
        if (link.isLine(line)) {
          reports.published(publication);
        }
      }
      case AgentEvent.FetchAdvanced(var file, var bytes) ->
          applications.fetchAdvanced(file, bytes, now);
      case AgentEvent.FetchBegunAnew it -> applications.fetchBegunAnew(it, now, out);
      case AgentEvent.FetchFinished(var file) -> applications.fetchFinished(file, now, out);
      case AgentEvent.FetchFailed failed -> applications.fetchFailed(failed, now, out);
      case AgentEvent.PeersAnswered it -> applications.peersAnswered(it, now, out);
      case AgentEvent.CopyEnded it -> applications.copyEnded(it, now, out);
      case AgentEvent.BundleLookedFor it -> applications.bundleLookedFor(it, now, out);
      case AgentEvent.BundleApplied it -> applications.bundleApplied(it, now, out);
      case AgentEvent.BundleFailed it -> applications.bundleFailed(it, now, out);
      case AgentEvent.StageFinished(var name, var release) ->
          applications.staged(name, release, now, out);
      case AgentEvent.StageFailed(var name, var release, var reason) ->
          applications.stageFailed(name, release, reason, now, out);
      case AgentEvent.SwitchFinished(var name, var release) ->
          applications.switched(name, release, now, out);
      case AgentEvent.SwitchFailed(var name, var _, var reason) ->
          applications.switchFailed(name, reason, now, out);
      case AgentEvent.WorkloadStarted(var name, var process) ->
          applications.started(name, process, now, out);
      case AgentEvent.WorkloadStartFailed(var name, var reason) ->
          applications.startFailed(name, reason, now, out);
      case AgentEvent.WorkloadExited(var name, var process, var exitCode, var lastOutput) ->
          applications.exited(name, process, exitCode, lastOutput, now, out);
      case AgentEvent.WorkloadMissing(var name, var process, var lastOutput) ->
          applications.missing(name, process, lastOutput, now, out);
      case AgentEvent.ReloadFinished it -> applications.reloaded(it, now, out);
      case AgentEvent.ProbeStarted(var name, var probe, var round) ->
          applications.probeStarted(name, probe, round, now);
      case AgentEvent.ProbeFinished it -> applications.probed(it, now, out);
      case AgentEvent.ResultHandedIn(var request, var channel, var json) ->
          reports.result(request, channel, json, now, out);
      case AgentEvent.OutputRead(var line, var ask, var text) ->
          publish(line, new Answer(ask, true, text), out);
      case AgentEvent.RenewalFinished(var life, var roots) -> {
        String what = link.isRecovering() ? "certificate-recovered" : "certificate-renewed";
        reports.event(what, null, null, null, now, out);
        // Its first moment is a time that the hub's CA has signed.
        floor.raise(life.notBeforeMillis(), out);
        link.renewed(life, now, floor.trustedWallMillis(now), out);
        documents.renewed(roots);
        applications.renewed(out);
        reports.lineClosed();
      }
      case AgentEvent.RenewalFailed(var reason, var retryAfterSeconds) -> {
        link.renewalFailed(reason, retryAfterSeconds, now);
        tellState(now, out);
      }
      case AgentEvent.Ticked _ -> {
        link.tick(now, floor.trustedWallMillis(now), out);
        applications.tick(now, out);
        kits.tick(now, out);
      }
      case AgentEvent.StopAsked _ -> {
        link.stop(out);
        out.effect(new AgentEffect.Stop());
      }
    }
  }

  private void desired(AgentEvent.DesiredArrived arrived, Now now, Outcome out) {
    switch (documents.arrived(arrived.update(), floor, out)) {
      case NOTHING -> {}
      case COLLECTING -> tellState(now, out);
      case REFUSED -> {
        Reason reason = documents.trouble().orElseThrow();
        reports.event("desired-refused", null, null, reason, now, out);
        tellState(now, out);
      }
      case APPLIED -> {
        Digest manifest = documents.held().orElseThrow().digest();
        reports.event("desired-applied", null, manifest, null, now, out);
        want(now, out);
      }
    }
    out.effect(new AgentEffect.AcknowledgePacket(arrived.line(), arrived.packet()));
  }

  /// As if the line had brought it.
  private void kit(AgentEvent.KitFound found, Now now, Outcome out) {
    Optional<HeldDocument> before = documents.held();
    Optional<Reason> refusal = documents.arrivedByKit(found.update(), floor, out);
    refusal.ifPresent(reason -> reports.event("kit-refused", null, null, reason, now, out));
    Optional<HeldDocument> held = documents.held();
    if (held.isPresent() && !held.equals(before)) {
      kits.taken(found, held.get(), out);
      reports.event(
          "kit-applied", null, held.get().digest(), kits.how(held).orElseThrow(), now, out);
      reports.event("desired-applied", null, held.get().digest(), null, now, out);
      want(now, out);
    }
    boolean isInForce = held.map(HeldDocument::digest).filter(found.manifest()::equals).isPresent();
    if (isInForce) {
      kits.keep(found);
      applications.filesCame(found.files(), now, out);
    } else {
      KitSteps.drop(found, out);
    }
  }

  private void want(Now now, Outcome out) {
    documents
        .content()
        .ifPresent(
            content -> {
              Name fleet =
                  content.place().map(PlaceSection::fleet).orElse(snapshot.enrolment().fleet());
              ReleaseGate gate =
                  new ReleaseGate(
                      documents.publisherRoot(),
                      fleet,
                      boot.platform(),
                      Set.copyOf(boot.features()));
              applications.want(content, gate, now, out);
            });
  }

  private Presence.Birth birth(long line, List<String> lan, Now now) {
    Optional<HeldDocument> held = documents.held();
    return new Presence.Birth(
        boot.bootId(),
        line,
        held.map(it -> it.manifest().history()).orElse(null),
        held.map(HeldDocument::revision).orElse(0L),
        held.map(HeldDocument::digest).orElse(null),
        documents.sectionDigests(),
        documents.documentKeyId(),
        snapshot.enrolment().incarnation(),
        reports.ackedThrough(),
        boot.agentVersion(),
        boot.features(),
        now.wallMillis(),
        lan.isEmpty() ? null : lan);
  }

  private void answer(long line, Ask ask, Now now, Outcome out) {
    switch (ask.question()) {
      case "why", "diagnostics" ->
          publish(line, new Answer(ask.id(), true, Json.write(state(now))), out);
      case "logs" -> {
        String name = ask.arguments().getOrDefault("application", "");
        if (Name.isValid(name) && applications.knows(new Name(name))) {
          out.effect(new AgentEffect.ReadOutput(line, ask.id(), new Name(name)));
        } else {
          String detail = "no application '" + name + "' here; give one as 'application'";
          publish(line, new Answer(ask.id(), false, detail), out);
        }
      }
      default -> {
        String detail =
            "this agent does not answer '" + ask.question() + "'; ask why, diagnostics or logs";
        publish(line, new Answer(ask.id(), false, detail), out);
      }
    }
  }

  private void publish(long line, Answer answer, Outcome out) {
    if (link.isLine(line)) {
      out.effect(
          new AgentEffect.Publish(
              line, link.nextPublication(), new AgentEffect.Outgoing.OfAnswer(answer)));
    }
  }

  private boolean isNews(AgentEvent event, Now now) {
    return event instanceof AgentEvent.RenewalFailed
        || event instanceof AgentEvent.RenewalFinished
        || isProgressDue(event, now);
  }

  private boolean isProgressDue(AgentEvent event, Now now) {
    return event instanceof AgentEvent.FetchAdvanced
        && link.isOpen()
        && now.monotonicMillis() - progressToldMillis >= PROGRESS_MILLIS;
  }

  private void tellState(Now now, Outcome out) {
    ReportBody.State state = state(now);
    progressToldMillis = now.monotonicMillis();
    if (told.isEmpty() || !told.get().equals(state)) {
      told = Optional.of(state);
      reports.state(state, now, out);
    }
  }

  /// What is to be said about the time here.
  private List<Reason> clockReasons(Now now) {
    List<Reason> reasons = new ArrayList<>(2);
    floor.trouble(now).ifPresent(reasons::add);
    reasons.addAll(windows.words(now));
    return reasons;
  }

  private List<Reason> certificateReasons(Now now) {
    return link.certificateReasons(floor.trustedWallMillis(now));
  }

  /// The state that was last written for the hub.
  Optional<ReportBody.State> told() {
    return told;
  }

  /// The whole device as it stands.
  public ReportBody.State state(Now now) {
    List<ApplicationStatus> statuses = new ArrayList<>();
    for (Application application : applications.all()) {
      statuses.add(status.of(application, now));
    }
    List<Reason> reasons = new ArrayList<>();
    documents.trouble().ifPresent(reasons::add);
    documents.rootTrouble().ifPresent(reasons::add);
    reasons.addAll(clockReasons(now));
    reasons.addAll(certificateReasons(now));
    Optional<HeldDocument> held = documents.held();
    kits.how(held).ifPresent(reasons::add);
    return new ReportBody.State(
        held.map(HeldDocument::digest).orElse(null),
        held.map(HeldDocument::revision).orElse(0L),
        statuses,
        reasons,
        boot.facts());
  }

  /// For the simulation: the state of each application's release.
  Optional<ReleaseState> release(Name application) {
    for (Application it : applications.all()) {
      if (it.name.equals(application)) {
        return Optional.of(it.release);
      }
    }
    return Optional.empty();
  }
}
