package dev.tombolo.protocol.fuzz;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Plays the seeds and the corpus of a target, then changed ones, until its time is over. An input
/// that reached new code, or got a new answer, is kept to be changed further.
final class Hunt {
  private static final int LOOK_MILLIS = 200;

  /// Looks rather than time, so that a program that is stopped for a while hangs at nothing: 30 s.
  private static final int LOOKS_MAX = 150;

  private static final int POOL_MAX = 8_192;
  private static final long POOL_BYTES_MAX = 64L * 1024 * 1024;
  private static final int VERDICTS_MAX = 2_000;
  private static final int KINDS_MAX = 20;
  private static final int TRIALS_MAX = 400;

  private final FuzzTarget target;
  private final Random random;
  private final List<byte[]> pool = new ArrayList<>();
  private final byte[] seen = Coverage.none();
  private final Set<String> verdicts = new HashSet<>();
  private final Map<String, Finding> findings = new LinkedHashMap<>();
  private final Examiner examiner;
  private final Consumer<Finding> told;
  private long poolBytes;
  private long runs;

  /// @param told is told of each kind of finding at once, on the hunting thread
  Hunt(FuzzTarget target, long seed, Consumer<Finding> told) {
    this.target = target;
    this.random = new Random(seed ^ target.name().hashCode());
    this.examiner = new Examiner(target);
    this.told = told;
  }

  /// @param findings each kind once, made as small as it went
  record Result(
      long runs, int pool, int places, int verdicts, double cpuMinutes, List<Finding> findings) {
    Result {
      findings = List.copyOf(findings);
    }
  }

  /// When to stop.
  interface Until {
    boolean isOver(long runs, double cpuMinutes);
  }

  /// @param corpus inputs that broke it once
  Result run(List<byte[]> corpus, Until until) throws Exception {
    double before = cpuMinutes();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                hunt(corpus, until, before);
              } catch (Throwable e) {
                failed.set(e);
              }
            },
            "fuzz-" + target.name(),
            target.stackBytes());
    thread.setDaemon(true);
    thread.start();
    byte @Nullable [] lastSeen = null;
    int looks = 0;
    while (thread.isAlive()) {
      thread.join(LOOK_MILLIS);
      byte[] hanging = examiner.reading();
      looks = hanging == lastSeen ? looks + 1 : 0;
      lastSeen = hanging;
      if (hanging != null && looks > LOOKS_MAX) {
        AssertionError hang = new AssertionError("hangs");
        hang.setStackTrace(thread.getStackTrace());
        findings.put("hang", new Finding("hang", hanging, hang));
        break;
      }
    }
    Throwable broken = failed.get();
    if (broken != null) {
      throw new IllegalStateException("the hunt itself broke", broken);
    }
    return new Result(
        runs,
        pool.size(),
        Coverage.places(seen),
        verdicts.size(),
        cpuMinutes() - before,
        List.copyOf(findings.values()));
  }

  private void hunt(List<byte[]> corpus, Until until, double before) throws Exception {
    List<byte[]> first = new ArrayList<>(target.seeds());
    first.addAll(corpus);
    for (byte[] input : first) {
      pool.add(input);
      look(input);
    }
    if (pool.isEmpty()) {
      pool.add(new byte[0]);
    }
    Mutator mutator = new Mutator(random, target.words(), target.bytesMax());
    while (!until.isOver(runs, cpuMinutes() - before) && findings.size() < KINDS_MAX) {
      byte[] input = mutator.mutated(chosen(), chosen());
      if (look(input) && pool.size() < POOL_MAX && poolBytes + input.length <= POOL_BYTES_MAX) {
        pool.add(input);
        poolBytes += input.length;
      }
    }
  }

  /// True when it showed something new.
  private boolean look(byte[] input) {
    Coverage.clear();
    Examiner.Examined examined = examiner.examine(input);
    runs++;
    boolean isNew = Coverage.addTo(seen);
    Finding finding = examined.finding();
    if (finding != null) {
      if (!findings.containsKey(finding.kind())) {
        Finding least = smallest(finding);
        findings.put(finding.kind(), least);
        told.accept(least);
      }
      return false;
    }
    return isNew | (verdicts.size() < VERDICTS_MAX && verdicts.add(examined.verdict()));
  }

  private byte[] chosen() {
    int size = pool.size();
    int at =
        random.nextInt(3) == 0 ? size - 1 - random.nextInt(1 + size / 4) : random.nextInt(size);
    byte[] input = pool.get(at);
    // Large ones are slow, and small ones mostly say the same.
    return input.length > 8_192 && random.nextInt(4) != 0 ? pool.get(random.nextInt(size)) : input;
  }

  /// The same kind of break with fewer bytes.
  private Finding smallest(Finding found) {
    Finding best = found;
    int trials = 0;
    for (int step = Math.max(1, best.input().length / 2);
        step > 0 && trials < TRIALS_MAX;
        step /= 2) {
      for (int at = 0; at < best.input().length && trials < TRIALS_MAX; trials++) {
        byte[] from = best.input();
        byte[] shorter = Arrays.copyOf(from, Math.max(at, from.length - step));
        int tail = Math.min(from.length, at + step);
        System.arraycopy(from, tail, shorter, at, from.length - tail);
        Finding smaller = examiner.examine(shorter).finding();
        if (smaller != null
            && smaller.kind().equals(found.kind())
            && shorter.length < from.length) {
          best = smaller;
        } else {
          at += step;
        }
      }
    }
    return best;
  }

  private static double cpuMinutes() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 60e9;
  }
}
