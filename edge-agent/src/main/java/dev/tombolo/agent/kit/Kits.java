package dev.tombolo.agent.kit;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.protocol.codec.MalformedException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds kits that [KitApply] has put into the data folder, beside or before the running agent.
public final class Kits implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Kits.class.getName());
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final ThreadPoolExecutor worker;

  /// Could not be read; told once.
  private final Set<String> unreadable = new HashSet<>();

  /// The note that the loop knows already.
  private @Nullable KitRefusal told;

  private boolean isSwept;

  public Kits(AgentInbox inbox, AgentFolders folders) {
    this.inbox = inbox;
    this.folders = folders;
    worker =
        new ThreadPoolExecutor(
            1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Kits::thread);
    worker.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "kit", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  /// One look at a folder that is hardly ever there, every few seconds.
  public void perform(AgentEffect.LookForKits effect) {
    if (Files.isDirectory(folders.kits()) && worker.getQueue().isEmpty()) {
      worker.execute(() -> look(effect.known()));
    }
  }

  public void perform(AgentEffect.DropKit effect) {
    worker.execute(() -> drop(effect.kit()));
  }

  public void perform(AgentEffect.DropKitRefusal effect) {
    worker.execute(() -> drop(new KitRefusal(effect.kit(), effect.why())));
  }

  private void look(Set<String> known) {
    try {
      sweep();
      tellRefusal();
      for (var kit : KitFolder.in(folders.kits()).entrySet()) {
        if (!known.contains(kit.getKey()) && !unreadable.contains(kit.getKey())) {
          tell(kit.getKey(), kit.getValue());
        }
      }
      removeEmpty();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "cannot look for kits: {0}", e.toString());
    }
  }

  /// Once, when nobody is at it: what cannot be removed is in nobody's way.
  private void sweep() {
    if (isSwept) {
      return;
    }
    try {
      isSwept = KitApply.sweep(folders);
    } catch (IOException e) {
      isSwept = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "what an unfinished kit apply left in {0} cannot be removed: {1}; remove it by hand",
          folders.kits(),
          e.toString());
    }
  }

  private void tell(String id, KitFolder folder) throws IOException {
    AgentEvent.KitFound found;
    try {
      found = folder.read();
    } catch (MalformedException e) {
      LOG.log(System.Logger.Level.WARNING, "kit {0} is damaged and goes: {1}", id, e.getMessage());
      folder.delete();
      return;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "kit {0} cannot be read: {1}", id, e.toString());
      unreadable.add(id);
      return;
    }
    inbox.offer(found);
  }

  /// What somebody tried in vain, by hand.
  private void tellRefusal() throws IOException {
    try {
      Optional<KitRefusal> found = KitRefusal.in(folders.kits());
      if (found.isPresent() && !found.get().equals(told)) {
        KitRefusal refusal = found.get();
        told = refusal;
        inbox.offer(new AgentEvent.KitRefused(refusal.kit(), refusal.why()));
      }
    } catch (MalformedException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the note of a refused kit is damaged and goes: {0}",
          e.getMessage());
      KitRefusal.delete(folders.kits());
    }
  }

  /// Unless another one has taken its place.
  private void drop(KitRefusal refusal) {
    try {
      if (KitRefusal.in(folders.kits()).equals(Optional.of(refusal))) {
        KitRefusal.delete(folders.kits());
        told = null;
      }
      removeEmpty();
    } catch (IOException | MalformedException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the note of refused kit {0} cannot be removed: {1}",
          refusal.kit(),
          e.toString());
    }
  }

  private void drop(String id) {
    try {
      KitFolder.of(folders.kits(), id).delete();
      removeEmpty();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "kit {0} cannot be removed: {1}", id, e.toString());
    }
  }

  private void removeEmpty() throws IOException {
    try {
      Files.deleteIfExists(folders.kits());
    } catch (DirectoryNotEmptyException e) {
      // One is there, or about to be.
    }
  }

  @Override
  public void close() {
    worker.shutdown();
  }
}
