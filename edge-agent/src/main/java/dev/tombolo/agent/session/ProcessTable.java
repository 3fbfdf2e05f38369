package dev.tombolo.agent.session;

import dev.tombolo.agent.workload.ProcessIdentity;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// What runs on this machine, as `/proc` tells (proc(5)).
public final class ProcessTable {
  private static final System.Logger LOG = System.getLogger(ProcessTable.class.getName());
  private static final Path PROC = Path.of("/proc");
  private static final long EXEC_NANOS_MAX = 2_000_000_000;
  private static final long EXEC_LOOK_NANOS = 1_000_000;

  private ProcessTable() {}

  /// What the agent needs of `/proc/PID/stat`.
  ///
  /// @param state `Z` is a zombie, `X` is dead
  /// @param session its leader's pid
  /// @param flags `PF_*` of the kernel's `sched.h`
  /// @param environmentStart where its environment begins in its memory
  /// @param environmentEnd where that ends; 0 while it becomes another program, execve(2)
  record Stat(
      char state,
      long session,
      long flags,
      long startTicks,
      long environmentStart,
      long environmentEnd) {
    private static final long EXITING = 0x4;
    private static final long KERNEL_THREAD = 0x20_0000;

    boolean runs() {
      return state != 'Z' && state != 'X';
    }

    boolean hasEnvironment() {
      return runs() && (flags & (EXITING | KERNEL_THREAD)) == 0;
    }

    /// False for what was read while it became another program.
    boolean isAllOfEnvironment(int bytes) {
      return environmentEnd != 0 && environmentEnd - environmentStart == bytes;
    }
  }

  /// Differs from boot to boot.
  public static String bootId() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  /// The identity of a running process; empty when there is none.
  public static Optional<ProcessIdentity> identity(long pid) throws IOException {
    Optional<Stat> stat = stat(pid);
    if (stat.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new ProcessIdentity(bootId(), pid, stat.get().startTicks()));
  }

  /// True while this very process runs; not for a later one with the same pid, nor for a zombie.
  public static boolean isAlive(ProcessIdentity identity) {
    Optional<Stat> stat = stat(identity.pid());
    try {
      return stat.isPresent()
          && stat.get().runs()
          && stat.get().startTicks() == identity.startTicks()
          && bootId().equals(identity.bootId());
    } catch (IOException e) {
      return false;
    }
  }

  /// The running processes of a session. A session keeps its number as long as one of them runs.
  public static List<Long> ofSession(long session) {
    List<Long> members = new ArrayList<>();
    for (long pid : pids()) {
      Optional<Stat> stat = stat(pid);
      if (stat.isPresent() && stat.get().session() == session && stat.get().runs()) {
        members.add(pid);
      }
    }
    return members;
  }

  /// The running processes that were started with this setting, `NAME=value`, in their environment.
  /// Waits for those that are just becoming their programs, two seconds at most.
  public static List<Long> withSetting(String setting) {
    long begun = System.nanoTime();
    List<Long> found = new ArrayList<>();
    for (long pid : pids()) {
      Optional<Boolean> has = hasSetting(pid, setting);
      while (has.isEmpty() && System.nanoTime() - begun < EXEC_NANOS_MAX) {
        LockSupport.parkNanos(EXEC_LOOK_NANOS);
        has = hasSetting(pid, setting);
      }
      if (has.orElse(false)) {
        found.add(pid);
      }
    }
    return found;
  }

  /// Empty: it cannot be said yet.
  private static Optional<Boolean> hasSetting(long pid, String setting) {
    try {
      byte[] environment = Files.readAllBytes(PROC.resolve(pid + "/environ"));
      Optional<Stat> stat = stat(pid);
      if (stat.isEmpty() || !stat.get().hasEnvironment()) {
        return Optional.of(false);
      }
      String settings = "\0" + new String(environment, StandardCharsets.UTF_8);
      if (settings.contains("\0" + setting + "\0")) {
        return Optional.of(true);
      }
      return stat.get().isAllOfEnvironment(environment.length)
          ? Optional.of(false)
          : Optional.empty();
    } catch (IOException e) {
      // Gone meanwhile, or another user's, which we did not start.
      return Optional.of(false);
    }
  }

  /// Sends SIGTERM, or SIGKILL.
  public static void end(List<Long> pids, boolean kill) {
    for (long pid : pids) {
      ProcessHandle.of(pid)
          .ifPresent(
              handle -> {
                boolean sent = kill ? handle.destroyForcibly() : handle.destroy();
                if (!sent) {
                  LOG.log(System.Logger.Level.DEBUG, "process {0} had ended", pid);
                }
              });
    }
  }

  static Optional<Stat> stat(long pid) {
    try {
      String text = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
      // The program's name is in parentheses and may hold anything, parentheses too.
      String[] fields = text.substring(text.lastIndexOf(')') + 2).strip().split(" ");
      return Optional.of(
          new Stat(
              fields[0].charAt(0),
              Long.parseLong(fields[3]),
              Long.parseLong(fields[6]),
              Long.parseLong(fields[19]),
              Long.parseUnsignedLong(fields[47]),
              Long.parseUnsignedLong(fields[48])));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Long> pids() {
    List<Long> pids = new ArrayList<>();
    String[] names = new File("/proc").list();
    if (names != null) {
      for (String name : names) {
        if (Character.isDigit(name.charAt(0))) {
          pids.add(Long.parseLong(name));
        }
      }
    }
    return pids;
  }
}
