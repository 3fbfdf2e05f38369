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
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Stages, switches and sweeps releases, one thing after the other.
public final class Releases implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Releases.class.getName());
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;

  /// Makes the names within a folder safe against a power cut; a disk that fails throws here.
  interface FolderSync {
    void sync(Path folder) throws IOException;
  }

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final FolderSync disk;
  private final ThreadPoolExecutor worker;

  public Releases(AgentInbox inbox, AgentFolders folders) {
    this(inbox, folders, Folders::sync);
  }

  Releases(AgentInbox inbox, AgentFolders folders, FolderSync disk) {
    this.inbox = inbox;
    this.folders = folders;
    this.disk = disk;
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
    Map<Path, FileMark> unwanted = unwantedFiles(effect);
    worker.execute(() -> sweep(effect, unwanted));
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
        disk.sync(folders.applications());
        disk.sync(folders.data());
      }
      Path target = application.relativize(release);
      Optional<Path> before = target(current);
      boolean isMade = before.equals(Optional.of(target));
      if (!isMade) {
        point(current, target);
      }
      try {
        disk.sync(application);
      } catch (IOException e) {
        if (!isMade) {
          takeBack(current, before);
        }
        throw e;
      }
      return new AgentEvent.SwitchFinished(effect.application(), effect.release());
    } catch (IOException | RuntimeException e) {
      return new AgentEvent.SwitchFailed(effect.application(), effect.release(), reason(e));
    }
  }

  /// Where the link leads; empty when there is none.
  private static Optional<Path> target(Path link) throws IOException {
    return Files.isSymbolicLink(link)
        ? Optional.of(Files.readSymbolicLink(link))
        : Optional.empty();
  }

  private static void point(Path link, Path target) throws IOException {
    Path fresh = link.resolveSibling("current.tmp");
    Files.deleteIfExists(fresh);
    Files.createSymbolicLink(fresh, target);
    Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Whoever is told that it has failed goes on with what was there before.
  private static void takeBack(Path link, Optional<Path> before) {
    try {
      if (before.isPresent()) {
        point(link, before.get());
      } else {
        Files.deleteIfExists(link);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "{0} could not be put back: {1}", link, e.toString());
    }
  }

  /// What tells a file from what it was before, whatever the clock said each time.
  private record FileMark(FileTime modified, long bytes, String inode) {
    static FileMark of(Path file) throws IOException {
      BasicFileAttributes now =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return new FileMark(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey()));
    }
  }

  /// What lies in the store unwanted at this moment. What comes in while the sweep waits for its
  /// turn, or is written on, may be wanted by then.
  private Map<Path, FileMark> unwantedFiles(AgentEffect.Sweep effect) {
    Set<String> kept = new HashSet<>();
    for (Digest file : effect.files()) {
      kept.add(folders.file(file).getFileName().toString());
      kept.add(folders.partialFile(file).getFileName().toString());
      kept.add(folders.madeBy(file).getFileName().toString());
      kept.add(folders.makingBy(file).getFileName().toString());
    }
    Map<Path, FileMark> unwanted = new HashMap<>();
    try {
      for (Path entry : Folders.entries(folders.files())) {
        if (!kept.contains(entry.getFileName().toString())) {
          unwanted.put(entry, FileMark.of(entry));
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "the store could not be looked at: {0}", e.toString());
    }
    return unwanted;
  }

  private void sweep(AgentEffect.Sweep effect, Map<Path, FileMark> unwanted) {
    try {
      forgetApplications(effect.applications());
      Set<String> kept = new HashSet<>(inForce());
      effect.releases().forEach(release -> kept.add(release.hex()));
      for (Path release : Folders.entries(folders.releases())) {
        if (!kept.contains(release.getFileName().toString())) {
          Folders.delete(release);
        }
      }
      for (Map.Entry<Path, FileMark> file : unwanted.entrySet()) {
        if (Files.exists(file.getKey(), LinkOption.NOFOLLOW_LINKS)
            && FileMark.of(file.getKey()).equals(file.getValue())) {
          Folders.delete(file.getKey());
        }
      }
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
