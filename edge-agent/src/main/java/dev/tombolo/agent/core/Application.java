package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.ProbeWatch;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseGate;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Trial;
import dev.tombolo.agent.workload.WorkloadState;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.sign.Envelope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the agent has in mind about one application. `release` and a running process are persisted;
/// the rest is found anew after a restart.
final class Application {
  static final int WORDS_MAX = 20;

  /// One more word about its process each.
  static final long WORD_MILLIS = 10 * 60_000;

  final Name name;
  ReleaseState release;
  long sinceWallMillis;
  WorkloadState workload = new WorkloadState.Idle();

  /// What the document in force selects, once it has passed the gate.
  Optional<Program> wanted = Optional.empty();

  /// The rollout's hold on what is wanted.
  Optional<Gate> gate = Optional.empty();

  /// The permit by which the last switch was made; persisted with the release's state.
  Optional<Permit> permit;

  /// What failed here last, until another release has proven itself; persisted with the release's
  /// state.
  Optional<FailedTry> failed;

  /// What its releases need of others, of those that need something; persisted with the release's
  /// state.
  Map<Digest, List<Need>> needs;

  /// Whose files the folder of what is live has.
  LiveFolder liveFolder = LiveFolder.OWN;

  /// What windows and permits say against going on, when it was last looked at.
  List<Reason> holds = List.of();

  /// Why what the document selects did not pass.
  Optional<Reason> refusal = Optional.empty();

  /// How the gate judged what the document selects, when it was last asked.
  @Nullable Judged judged;

  @Nullable ProbeWatch watch;

  /// The last one, while the next is about the same process.
  @Nullable ProbeWatch before;

  @Nullable Trial trial;

  /// What the watch is for; a new process or assignment gets a new one.
  @Nullable Assignment watched;

  /// Why staging or switching did not work; tried again at `retryAtMillis`.
  Optional<Reason> trouble = Optional.empty();

  long retryAtMillis;
  int troubles;

  /// How it goes on the route by which its files come.
  BundleTries tries = new BundleTries();

  /// Bundles that were gone when they were fetched.
  int lostBundles;

  /// The one of these that the hub is asked for again: what has come of it is kept, since it may be
  /// the same one that is made anew.
  Optional<Digest> lostBundle = Optional.empty();

  long exits;

  /// Ends that were not worth a word, since the last one that was.
  long untoldExits;

  /// How many words about its process it may still have, and since when it earns the next.
  int words = WORDS_MAX;

  long wordsSinceMillis;

  /// All variants of a release have one folder: what was built there for a switch that may not be
  /// made any more goes again before what is live is started.
  enum LiveFolder {
    OWN,
    /// Its files are being put back.
    COMING_BACK,
    /// They could not be put back; tried again at `retryAtMillis`.
    SPOILED
  }

  /// A judgement depends on nothing else.
  record Judged(
      Digest release,
      Map<String, String> parameters,
      Envelope envelope,
      ReleaseGate gate,
      long floor,
      ReleaseGate.Outcome outcome) {

    boolean isOf(Selection selection, Envelope of, ReleaseGate by, long asOf) {
      return floor == asOf
          && release.equals(selection.release())
          && parameters.equals(selection.parameters())
          && gate.equals(by)
          && envelope.equals(of);
    }
  }

  Application(AgentSnapshot.Application stored) {
    this.name = stored.name();
    this.release = stored.state();
    this.sinceWallMillis = stored.sinceWallMillis();
    this.permit = stored.permit();
    this.failed = stored.failed();
    this.needs = stored.needs();
  }

  AgentSnapshot.Application stored() {
    return new AgentSnapshot.Application(name, release, sinceWallMillis, permit, failed, needs);
  }

  /// A process that comes and goes for weeks must not fill the outbox, whose events are never
  /// dropped.
  boolean takeWord(long nowMillis) {
    long earned = (nowMillis - wordsSinceMillis) / WORD_MILLIS;
    if (earned > 0) {
      words = (int) Math.min(WORDS_MAX, words + earned);
      wordsSinceMillis += earned * WORD_MILLIS;
    }
    if (words == 0) {
      return false;
    }
    words--;
    return true;
  }

  /// Most documents change nothing of most applications: what was judged is not verified again.
  ReleaseGate.Outcome judge(Selection selection, Envelope envelope, ReleaseGate by, long floor) {
    Judged before = judged;
    if (before != null && before.isOf(selection, envelope, by, floor)) {
      return before.outcome();
    }
    ReleaseGate.Outcome outcome = by.judge(selection, envelope, floor);
    judged = new Judged(selection.release(), selection.parameters(), envelope, by, floor, outcome);
    return outcome;
  }

  void clearTrouble() {
    trouble = Optional.empty();
    troubles = 0;
    retryAtMillis = 0;
  }

  void endWatch() {
    endWatch(false);
  }

  /// @param isSame what the next one is about is this very process, and not on trial
  void endWatch(boolean isSame) {
    if (!isSame) {
      before = null;
    } else if (watch != null) {
      before = watch;
    }
    watch = null;
    watched = null;
  }
}
