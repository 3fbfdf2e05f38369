package dev.tombolo.bench.load;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubCore;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStore.Batch;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.Step;
import dev.tombolo.hub.core.TrustSettings;
import dev.tombolo.hub.core.TurnSize;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.sign.Envelope;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A hub's turns as its loop takes them, with a clock on each part; signatures and devices answer
/// at once.
final class SettingsDriver {
  static final long NOW = 1_800_000_000_000L;
  static final String DOCUMENT_KEY = "sha256:document";
  static final Principal OPERATOR = new Principal("user:bench");

  private static final RowQuota PLENTY = new RowQuota(Duration.ofDays(1_000), 1L << 40, 1L << 40);

  static final HubSettings SETTINGS =
      new HubSettings(
          List.of("wss://hub:8443/mqtt"),
          "https://hub:8443",
          DOCUMENT_KEY,
          "certificate",
          PLENTY,
          PLENTY,
          TrustSettings.USUAL);

  private final HubStore store;
  private final HubState state;
  private final HubCore core;
  private final ArrayDeque<HubEvent> inbox = new ArrayDeque<>();
  private final List<HubEffect> unsaid = new ArrayList<>();
  private @Nullable Batch batch;
  private long documents;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final StepClock clock = new StepClock();

  /// As the hub's loop has it.
  private final TurnSize size = new TurnSize();

  private long longestTurn;
  private long longestTurnCpu;
  private long longestCommit;

  SettingsDriver(HubStore store) {
    this.store = store;
    this.state = store.load();
    this.core = new HubCore(SETTINGS, state);
  }

  void beginMeasure() {
    clock.forget();
    longestTurn = 0;
    longestTurnCpu = 0;
    longestCommit = 0;
  }

  /// Documents that were written so far.
  long documents() {
    return documents;
  }

  /// Of deciding one event, and taking its changes into the memory and the transaction.
  StepClock steps() {
    return clock;
  }

  /// The longest that all steps of one turn took, with writing them into the transaction.
  double longestTurnMillis() {
    return longestTurn / 1e6;
  }

  /// Of the processor.
  double longestTurnCpuMillis() {
    return longestTurnCpu / 1e6;
  }

  double longestCommitMillis() {
    return longestCommit / 1e6;
  }

  /// Hands events in and lets everybody answer until nothing is left to do.
  void tell(HubEvent... events) {
    inbox.addAll(List.of(events));
    while (!inbox.isEmpty() || core.isWorkLeft()) {
      List<HubEvent> turn = new ArrayList<>();
      while (!inbox.isEmpty() && turn.size() < size.most()) {
        turn.add(inbox.poll());
      }
      if (core.isWorkLeft()) {
        turn.add(new HubEvent.Ticked());
        turn.addAll(core.dueAt(NOW));
      }
      take(turn);
    }
  }

  private void write(Step step) {
    batch = batch == null ? store.begin() : batch;
    batch.savepoint();
    batch.apply(step.changes());
  }

  private void take(List<HubEvent> turn) {
    long begunCpu = THREADS.getCurrentThreadCpuTime();
    long begun = System.nanoTime();
    for (HubEvent event : turn) {
      clock.begin();
      Step step = core.step(event, NOW);
      state.apply(step.changes());
      if (step.changes().stream().anyMatch(HubChange.Durable.class::isInstance)) {
        write(step);
      }
      clock.end(kindOf(event, step));
      for (HubChange change : step.changes()) {
        documents += change instanceof HubChange.DocumentPut ? 1 : 0;
      }
      unsaid.addAll(step.effects());
    }
    longestTurn = Math.max(longestTurn, System.nanoTime() - begun);
    long cpu = THREADS.getCurrentThreadCpuTime() - begunCpu;
    longestTurnCpu = Math.max(longestTurnCpu, cpu);
    size.took(turn.size(), cpu);
    if (core.isHalfWritten()) {
      return;
    }
    if (batch != null) {
      long from = System.nanoTime();
      batch.commit();
      longestCommit = Math.max(longestCommit, System.nanoTime() - from);
      batch = null;
    }
    unsaid.forEach(this::answer);
    unsaid.clear();
  }

  /// A tick does many things; what it changed first tells which.
  static String kindOf(HubEvent event, Step step) {
    String kind =
        event instanceof HubEvent.AdminAsked asked
            ? asked.command().getClass().getSimpleName()
            : event.getClass().getSimpleName();
    if (!(event instanceof HubEvent.Ticked) || step.changes().isEmpty()) {
      return kind;
    }
    HubChange first = step.changes().getFirst();
    return kind
        + " "
        + switch (first) {
          case HubChange.RolloutKept(var change) -> change.getClass().getSimpleName();
          case HubChange.RolloutPassed(var change) -> change.getClass().getSimpleName();
          default -> first.getClass().getSimpleName();
        };
  }

  private void answer(HubEffect effect) {
    switch (effect) {
      case HubEffect.SignDocument sign ->
          inbox.add(
              new HubEvent.DocumentSigned(
                  sign.device(),
                  sign.revision(),
                  new Envelope(
                      DesiredManifest.PAYLOAD_TYPE,
                      Base64.getEncoder().encodeToString(sign.payload()),
                      List.of(new Envelope.Signature(DOCUMENT_KEY, "")))));
      case HubEffect.SendDesired send ->
          inbox.add(new HubEvent.DesiredTaken(send.session(), send.device(), send.manifest()));
      case HubEffect.AdminAnswered answered -> {
        if (answered.answer() instanceof AdminAnswer.Refused refused) {
          throw new IllegalStateException("refused: " + refused.reason());
        }
      }
      default -> {}
    }
  }
}
