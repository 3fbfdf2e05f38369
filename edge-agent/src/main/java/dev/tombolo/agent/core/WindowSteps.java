package dev.tombolo.agent.core;

import dev.tombolo.agent.desired.DesiredContent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.window.BestTime;
import dev.tombolo.agent.window.ChangeGate;
import dev.tombolo.agent.window.TimeHeard;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Windows, permits and the line's rules of the document in force, judged at the best time known
/// here. They hold back changes only: neither what runs, nor a way back, nor the files of either.
final class WindowSteps {
  /// What was heard is written down again after so long: a clock that counts drifts.
  private static final long KEEP_MILLIS = 6 * 3600_000L;

  /// Or when it says something else by this much.
  private static final long NEWS_MILLIS = 30_000;

  private static final long LATE_MILLIS = 5_000;

  private static final Reason UNINFORMED = new Reason.Starting("waiting for the hub's document");

  private final TimeFloor floor;
  private final String machineBootId;
  private Optional<TimeHeard> heard;
  private Optional<TimeHeard> kept;

  /// Null until a document has said what holds back: until then everything is held back.
  private @Nullable ChangeGate gate;

  private Optional<Bandwidth> bandwidth = Optional.empty();
  private Optional<Reason> pause = Optional.empty();

  /// Bytes a second, as asked of the hands; -1 before they were asked: an earlier core may have
  /// asked something else.
  private long heldTo = -1;

  WindowSteps(AgentSnapshot snapshot, AgentBoot boot, TimeFloor floor) {
    this.floor = floor;
    this.machineBootId = boot.machineBootId();
    this.heard = snapshot.heard().filter(it -> it.machineBootId().equals(machineBootId));
    this.kept = heard;
  }

  void want(DesiredContent content) {
    gate = new ChangeGate(content.windows().map(Windows::new));
    bandwidth = content.line().map(Bandwidth::new);
    pause =
        content
            .line()
            .flatMap(it -> Optional.ofNullable(it.pause()))
            .map(it -> new Reason.TransfersPaused(it.by(), it.why(), it.sinceMillis()));
  }

  /// Has what comes from the hub kept to the rate that holds now.
  void hold(Now now, Outcome out) {
    if (gate == null) {
      return;
    }
    long rate = rate(time(now)).map(BitRate::bytesPerSecond).orElse(0L);
    if (rate != heldTo) {
      heldTo = rate;
      out.effect(new AgentEffect.HoldTo(rate));
    }
  }

  /// While nobody knows what time it is, the lowest of all.
  private Optional<BitRate> rate(BestTime time) {
    return bandwidth.flatMap(it -> time instanceof BestTime.Sure(var at) ? it.at(at) : it.lowest());
  }

  /// Why what comes from the hub comes no faster.
  Optional<Reason> held(Now now) {
    BestTime time = time(now);
    return rate(time)
        .map(
            rate ->
                time instanceof BestTime.Sure(var at)
                    ? new Reason.BandwidthHeld(
                        rate.bitsPerSecond(),
                        bandwidth.orElseThrow().until(at).orElse(0),
                        bandwidth.orElseThrow().untilWords(at))
                    : new Reason.BandwidthHeld(rate.bitsPerSecond(), 0, ""));
  }

  /// The hub has said what time it is. A message may be late, never early: a time that is earlier
  /// than what is known, by more than clocks drift and less than a clock is set by, says nothing.
  void heard(long saidMillis, Now now, Outcome out) {
    TimeHeard said =
        new TimeHeard(machineBootId, now.monotonicMillis(), saidMillis, now.wallMillis());
    if (heard.isPresent()) {
      long late = heard.get().counted(now.monotonicMillis()) - saidMillis;
      long elapsed = now.monotonicMillis() - heard.get().monotonicMillis();
      if (late > LATE_MILLIS + elapsed / BestTime.DRIFT && late <= BestTime.TOLERANCE_MILLIS_MAX) {
        return;
      }
    }
    heard = Optional.of(said);
    if (kept.isEmpty() || differs(kept.get(), said, now)) {
      kept = heard;
      out.change(new AgentChange.TimeHeardKept(said));
    }
  }

  private static boolean differs(TimeHeard before, TimeHeard said, Now now) {
    long elapsed = now.monotonicMillis() - before.monotonicMillis();
    return elapsed >= KEEP_MILLIS
        || Math.abs(before.saidMillis() + elapsed - said.saidMillis()) >= NEWS_MILLIS
        || Math.abs(before.wallMillis() + elapsed - said.wallMillis()) >= NEWS_MILLIS;
  }

  private BestTime time(Now now) {
    return BestTime.judge(floor.millis(), heard, now.wallMillis(), now.monotonicMillis());
  }

  /// What speaks against fetching what is not live yet.
  List<Reason> download(Now now) {
    if (gate == null) {
      return List.of(UNINFORMED);
    }
    List<Reason> windows = gate.download(time(now));
    if (pause.isEmpty()) {
      return windows;
    }
    List<Reason> all = new ArrayList<>(windows.size() + 1);
    all.add(pause.get());
    all.addAll(windows);
    return all;
  }

  /// What speaks against fetching this.
  List<Reason> download(ReleaseState.Fetching at, Now now) {
    return isRepair(at.wanted(), at.live()) ? List.of() : download(now);
  }

  /// What speaks against switching to what is staged.
  List<Reason> change(Optional<Gate> held, ReleaseState.Staged at, Now now) {
    if (isRepair(at.wanted(), at.live())) {
      return List.of();
    }
    return gate == null ? List.of(UNINFORMED) : gate.change(time(now), held, at.live().isEmpty());
  }

  /// What holds an application back in its present state; nothing: no window or permit does.
  List<Reason> holds(Application application, Now now) {
    return switch (application.release) {
      case ReleaseState.Fetching at -> download(at, now);
      case ReleaseState.Staged at -> change(application.gate, at, now);
      case ReleaseState.Absent _,
          ReleaseState.Staging _,
          ReleaseState.Switching _,
          ReleaseState.Probing _,
          ReleaseState.Live _,
          ReleaseState.SwitchingBack _,
          ReleaseState.Restoring _,
          ReleaseState.RolledBack _,
          ReleaseState.Removing _ ->
          List.of();
    };
  }

  /// What is live comes once more because its files are spoiled: that changes nothing.
  static boolean isRepair(Assignment wanted, Optional<Assignment> live) {
    return live.equals(Optional.of(wanted));
  }

  /// What the whole device has to say about its time, and its line.
  List<Reason> words(Now now) {
    List<Reason> words = new ArrayList<>(3);
    BestTime time = time(now);
    if (time instanceof BestTime.Unsure(Reason.ClockJumped why)) {
      words.add(why);
    }
    if (gate != null) {
      gate.lifted(time).ifPresent(words::add);
    }
    pause.ifPresent(words::add);
    return words;
  }
}
