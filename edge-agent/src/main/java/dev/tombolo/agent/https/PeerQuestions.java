package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.PeerTls;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Asks the peers of the site how they stand to a content, several at once.
public final class PeerQuestions implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int IDLE_SECONDS = 10;
  private static final long STACK_BYTES = 192 * 1024;

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final PeerSockets sockets;
  private final ScheduledThreadPoolExecutor workers;

  public PeerQuestions(AgentInbox inbox, AgentFolders folders, PeerTls tls) {
    this.inbox = inbox;
    this.folders = folders;
    this.sockets = new PeerSockets(tls);
    workers = new ScheduledThreadPoolExecutor(THREADS, PeerQuestions::thread);
    workers.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    workers.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "peers", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  public void perform(AgentEffect.AskPeers effect) {
    workers.schedule(() -> ask(effect), effect.afterMillis(), TimeUnit.MILLISECONDS);
  }

  private void ask(AgentEffect.AskPeers effect) {
    long here = bytesOf(effect.content());
    Round round = new Round(effect, here);
    for (Peer peer : effect.peers()) {
      workers.execute(() -> round.answered(answer(peer, effect.content())));
    }
    if (effect.peers().isEmpty()) {
      inbox.offer(round.event());
    }
  }

  private PeerAnswer answer(Peer peer, Digest content) {
    try {
      return new PeerLine(peer, sockets).ask(content);
    } catch (RuntimeException e) {
      // What an address of the document cannot be asked for.
      return PeerAnswer.unreachable(peer.device());
    }
  }

  /// Of the content that are here.
  private long bytesOf(Digest content) {
    Path whole = folders.file(content);
    try {
      Path there = Files.exists(whole) ? whole : folders.partialFile(content);
      return Files.exists(there) ? Files.size(there) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /// The answers to one question; whoever brings the last one hands them in.
  private final class Round {
    private final AgentEffect.AskPeers effect;
    private final long bytes;
    private final List<PeerAnswer> answers = new ArrayList<>();

    Round(AgentEffect.AskPeers effect, long bytes) {
      this.effect = effect;
      this.bytes = bytes;
    }

    void answered(PeerAnswer answer) {
      boolean isLast;
      synchronized (this) {
        answers.add(answer);
        isLast = answers.size() == effect.peers().size();
      }
      if (isLast) {
        inbox.offer(event());
      }
    }

    synchronized AgentEvent event() {
      return new AgentEvent.PeersAnswered(effect.content(), effect.question(), bytes, answers);
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
  }
}
