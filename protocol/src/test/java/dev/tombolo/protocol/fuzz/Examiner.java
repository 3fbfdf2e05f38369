package dev.tombolo.protocol.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Has a target read inputs, one after another, and holds it to its bounds of time and memory.
final class Examiner {
  /// Processor time, so that a busy machine breaks nothing.
  private static final long CPU_NANOS_MAX = 2_000_000_000L;

  private final FuzzTarget target;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private volatile byte @Nullable [] reading;

  Examiner(FuzzTarget target) {
    this.target = target;
  }

  /// What came of it, or what broke.
  record Examined(String verdict, @Nullable Finding finding) {}

  Examined examine(byte[] input) {
    Examined first = once(input);
    // Classes that are loaded and code that is compiled count once.
    return first.finding() != null && first.finding().thrown() instanceof TooMuch
        ? once(input)
        : first;
  }

  /// The input that is being read.
  byte @Nullable [] reading() {
    return reading;
  }

  private Examined once(byte[] input) {
    reading = input;
    long cpu = threads.getCurrentThreadCpuTime();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    try {
      String verdict = Objects.requireNonNull(target.run(input.clone()));
      long cpuTaken = threads.getCurrentThreadCpuTime() - cpu;
      long bytesTaken = threads.getCurrentThreadAllocatedBytes() - bytes;
      if (cpuTaken > CPU_NANOS_MAX) {
        throw new TooMuch("took " + cpuTaken / 1_000_000 + " ms");
      }
      if (bytesTaken > target.allocationMax()) {
        throw new TooMuch("allocated " + bytesTaken + " bytes");
      }
      return new Examined(verdict, null);
    } catch (Throwable thrown) {
      return new Examined("broken", Finding.of(input, thrown));
    } finally {
      reading = null;
    }
  }

  private static final class TooMuch extends AssertionError {
    private static final long serialVersionUID = 1L;

    TooMuch(String message) {
      super(message);
    }
  }
}
