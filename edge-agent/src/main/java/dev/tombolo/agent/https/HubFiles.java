package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.PeerTls;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Fetches files of the store, one after the other, because a shop's line is thin: two halves at
/// noon help less than one whole.
public final class HubFiles implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HubFiles.class.getName());
  private static final long STACK_BYTES = 256 * 1024;
  private static final int IDLE_SECONDS = 10;

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final TlsSource tls;
  private final PeerSockets peers;
  private final FetchSettings settings;
  private final LineRate rate;
  private final Map<Digest, FileWork> downloads = new LinkedHashMap<>();
  private final ThreadPoolExecutor worker;

  /// For what lies on this device: it waits for no line, not even for one that says nothing for a
  /// minute.
  private final ThreadPoolExecutor nearWorker;

  public HubFiles(
      AgentInbox inbox,
      AgentFolders folders,
      TlsSource tls,
      PeerTls peerTls,
      FetchSettings settings) {
    this.inbox = inbox;
    this.folders = folders;
    this.tls = tls;
    this.peers = new PeerSockets(peerTls);
    this.settings = settings;
    this.rate = new LineRate(settings.bytesPerSecondMax());
    worker = worker("fetch");
    nearWorker = worker("fetch-near");
  }

  private static ThreadPoolExecutor worker(String name) {
    var made =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> thread(name, work));
    made.allowCoreThreadTimeOut(true);
    return made;
  }

  private static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(null, work, name, STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  /// A file that is under way already is not begun again.
  public synchronized void perform(AgentEffect.Fetch effect) {
    if (!isOfTheHub(effect.url())) {
      Reason reason =
          new Reason.NotAllowed(
              "'"
                  + effect.url()
                  + "' is not at the hub this device enrolled with, "
                  + settings.hub());
      inbox.offer(new AgentEvent.FetchFailed(effect.file(), reason, false));
      return;
    }
    begin(
        new Download(effect, folders, settings, rate, tls, inbox),
        effect.near() ? nearWorker : worker);
  }

  public void perform(AgentEffect.HoldTo effect) {
    rate.holdTo(effect.bytesPerSecond());
  }

  /// In turn with the downloads by the line.
  public synchronized void perform(AgentEffect.CopyFromPeer effect) {
    begin(new PeerCopy(effect, folders, peers, rate, inbox), worker);
  }

  private void begin(FileWork work, ThreadPoolExecutor by) {
    if (downloads.putIfAbsent(work.content(), work) == null) {
      by.execute(() -> run(work));
    }
  }

  /// In turn with the downloads, on the same thin line.
  public void perform(AgentEffect.AskBundle effect) {
    BundleQuestion question = new BundleQuestion(folders, settings, tls);
    worker.execute(
        () -> {
          AgentEvent answer;
          try {
            answer = question.ask(effect);
          } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "question for a bundle", e);
            answer =
                new AgentEvent.BundleLookedFor(
                    effect.application(),
                    effect.release(),
                    effect.url(),
                    Long.MAX_VALUE,
                    new AgentEvent.BundleAnswer.None(
                        new Reason.IoFailed("question", e.toString()), false, 0));
          }
          inbox.offer(answer);
        });
  }

  /// Nothing more is heard of the file.
  public synchronized void perform(AgentEffect.CancelFetch effect) {
    FileWork download = downloads.remove(effect.file());
    if (download != null) {
      download.cancel();
    }
  }

  private void run(FileWork download) {
    if (download.isCancelled()) {
      return;
    }
    AgentEvent outcome = outcome(download);
    synchronized (this) {
      downloads.remove(download.content(), download);
    }
    // Not within the lock: the inbox may be full, and the loop that empties it needs the lock.
    if (!download.isCancelled()) {
      inbox.offer(outcome);
    }
  }

  private static AgentEvent outcome(FileWork download) {
    try {
      return download.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "fetch of " + download.content(), e);
      Reason reason = new Reason.IoFailed("download", e.toString());
      return new AgentEvent.FetchFailed(download.content(), reason, true);
    }
  }

  private boolean isOfTheHub(String url) {
    String base = settings.hub().endsWith("/") ? settings.hub() : settings.hub() + "/";
    return base.startsWith("https://") && url.startsWith(base);
  }

  @Override
  public synchronized void close() {
    downloads.values().forEach(FileWork::cancel);
    downloads.clear();
    worker.shutdownNow();
    nearWorker.shutdownNow();
  }
}
