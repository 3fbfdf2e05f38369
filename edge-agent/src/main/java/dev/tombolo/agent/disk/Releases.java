package dev.tombolo.agent.disk;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Stages, switches and sweeps releases, one thing after the other.
public final class Releases implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Releases.class.getName());
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final ThreadPoolExecutor worker;

  public Releases(AgentInbox inbox, AgentFolders folders) {
    this.inbox = inbox;
    this.folders = folders;
    worker =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Releases::thread);
    worker.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "disk", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  public void perform(AgentEffect.Stage effect) {
    worker.execute(() -> inbox.offer(stage(effect)));
  }

  public void perform(AgentEffect.Switch effect) {
    worker.execute(() -> inbox.offer(change(effect)));
  }

  /// Answered by nothing; what could not be removed is tried again the next time.
  public void perform(AgentEffect.Sweep effect) {
    long asked = System.currentTimeMillis();
    worker.execute(() -> sweep(effect, asked));
  }

  private AgentEvent stage(AgentEffect.Stage effect) {
    try {
      new StagedRelease(folders, effect).build();
      return new AgentEvent.StageFinished(effect.application(), effect.release());
    } catch (RefusedException e) {
      return new AgentEvent.StageFailed(effect.application(), effect.release(), e.reason());
    } catch (IOException | RuntimeException e) {
      return new AgentEvent.StageFailed(effect.application(), effect.release(), reason(e));
    }
  }

  private AgentEvent change(AgentEffect.Switch effect) {
    try {
      Path release = folders.release(effect.release());
      if (!Files.isDirectory(release, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("release " + effect.release().brief() + " is not staged");
      }
      Path application = folders.application(effect.application());
      Path current = folders.current(effect.application());
      if (!Files.isDirectory(application)) {
        Files.createDirectories(application);
        Folders.sync(folders.applications());
        Folders.sync(folders.data());
      }
      Path fresh = current.resolveSibling("current.tmp");
      Files.deleteIfExists(fresh);
      Files.createSymbolicLink(fresh, application.relativize(release));
      Files.move(
          fresh, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Folders.sync(application);
      return new AgentEvent.SwitchFinished(effect.application(), effect.release());
    } catch (IOException | RuntimeException e) {
      return new AgentEvent.SwitchFailed(effect.application(), effect.release(), reason(e));
    }
  }

  /// @param askedMillis what came in since then, while the sweep waited for its turn, is left alone
  private void sweep(AgentEffect.Sweep effect, long askedMillis) {
    try {
      forgetApplications(effect.applications());
      Set<String> kept = new HashSet<>(inForce());
      effect.releases().forEach(release -> kept.add(release.hex()));
      remove(folders.releases(), kept, Long.MAX_VALUE);
      Set<String> files = new HashSet<>();
      for (Digest file : effect.files()) {
        files.add(folders.file(file).getFileName().toString());
        files.add(folders.partialFile(file).getFileName().toString());
        files.add(folders.madeBy(file).getFileName().toString());
        files.add(folders.makingBy(file).getFileName().toString());
      }
      remove(folders.files(), files, askedMillis);
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "not everything could be swept: {0}", e.toString());
    }
  }

  /// The link of an application that is no longer here would keep its release for ever. What its
  /// workload has worked out stays.
  private void forgetApplications(Set<Name> kept) throws IOException {
    for (Path application : Folders.entries(folders.applications())) {
      String name = application.getFileName().toString();
      if (Name.isValid(name) && !kept.contains(new Name(name))) {
        Path output = folders.output(new Name(name));
        Files.deleteIfExists(folders.current(new Name(name)));
        Files.deleteIfExists(output);
        Files.deleteIfExists(output.resolveSibling(output.getFileName() + ".1"));
      }
    }
  }

  /// What a `current` link points to is kept, whatever the loop says.
  private Set<String> inForce() throws IOException {
    Set<String> names = new HashSet<>();
    for (Path application : Folders.entries(folders.applications())) {
      Path current = application.resolve("current");
      if (Files.isSymbolicLink(current)) {
        names.add(Files.readSymbolicLink(current).getFileName().toString());
      }
    }
    return names;
  }

  private static void remove(Path folder, Set<String> kept, long beforeMillis) throws IOException {
    for (Path entry : Folders.entries(folder)) {
      if (!kept.contains(entry.getFileName().toString())
          && Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toMillis()
              <= beforeMillis) {
        Folders.delete(entry);
      }
    }
  }

  private Reason reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      long free = folders.data().toFile().getUsableSpace();
      return new Reason.DiskFull(folders.data().toString(), 0, free);
    }
    return new Reason.IoFailed("release folder", e.getClass().getSimpleName() + ": " + message);
  }

  @Override
  public void close() {
    worker.shutdown();
  }
}
