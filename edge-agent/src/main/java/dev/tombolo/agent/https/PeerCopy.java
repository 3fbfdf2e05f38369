package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Copies a content from a peer, and follows it while that fetches. The line's bound does not hold
/// within the site.
final class PeerCopy implements FileWork {
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Between two looks at what a peer has that fetches.
  private static final long LOOK_MILLIS = 250;

  /// A peer that gives nothing for so long is given up.
  static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AgentEffect.CopyFromPeer wanted;
  private final AgentFolders folders;
  private final AgentInbox inbox;
  private final PeerLine line;
  private final LineRate rate;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private PeerAnswer told;
  private long toldNanos;
  private long grownNanos;
  private boolean isSlow;

  PeerCopy(
      AgentEffect.CopyFromPeer wanted,
      AgentFolders folders,
      PeerSockets sockets,
      LineRate rate,
      AgentInbox inbox) {
    this.wanted = wanted;
    this.folders = folders;
    this.rate = rate;
    this.inbox = inbox;
    this.line = new PeerLine(wanted.peer(), sockets);
    this.told = PeerAnswer.unreachable(wanted.peer().device());
  }

  @Override
  public Digest content() {
    return wanted.content();
  }

  @Override
  public boolean isCancelled() {
    return cancelled.getCount() == 0;
  }

  @Override
  public void cancel() {
    cancelled.countDown();
  }

  @Override
  public AgentEvent run() {
    try {
      Path whole = folders.file(content());
      if (Files.exists(whole) && Files.size(whole) == wanted.size()) {
        return new AgentEvent.FetchFinished(content());
      }
      try (PartialFile part = PartialFile.open(folders, content(), wanted.size(), buffer)) {
        Optional<Reason> full = Download.lacksRoom(folders, wanted.size() - part.length());
        return full.isPresent() ? failed(full.get()) : copy(part);
      }
    } catch (IOException e) {
      return failed(Download.diskReason(folders, wanted.size(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new AgentEvent.CopyEnded(content(), 0, told);
    }
  }

  private AgentEvent copy(PartialFile part) throws IOException, InterruptedException {
    long now = System.nanoTime();
    toldNanos = now;
    grownNanos = now;
    CopyPatience patience = new CopyPatience(now);
    while (part.length() < wanted.size()) {
      if (!goesOn(part, patience)) {
        part.sync();
        return new AgentEvent.CopyEnded(content(), part.length(), told, isSlow);
      }
    }
    Digest got = part.digest();
    if (!got.equals(content())) {
      part.delete();
      return failed(new Reason.DigestMismatch(wanted.peer().slot().text(), content(), got));
    }
    part.promote();
    return new AgentEvent.FetchFinished(content());
  }

  /// @return false when the peer gives no more
  private boolean goesOn(PartialFile part, CopyPatience patience)
      throws IOException, InterruptedException {
    long before = part.length();
    PeerLine.Answer answer;
    try {
      answer = line.get(content(), before);
    } catch (IOException e) {
      told = PeerAnswer.unreachable(wanted.peer().device());
      return false;
    }
    told = answer.told();
    if (answer.body() != null && !receive(answer.body(), part, patience)) {
      told = PeerAnswer.unreachable(wanted.peer().device());
      return false;
    }
    long now = System.nanoTime();
    if (part.length() > before) {
      grownNanos = now;
    }
    isSlow = isSlow || isTooSlow(patience, now);
    if (isCancelled() || now - grownNanos > STALL_NANOS || isSlow) {
      return false;
    }
    if (part.length() >= wanted.size()
        || (part.length() > before && part.length() < told.bytes())) {
      return true;
    }
    // One that says it has more, and gives none of it, is not asked without a pause.
    return (told.standing() == PeerStanding.FETCHES || part.length() < told.bytes())
        && !cancelled.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private boolean isTooSlow(CopyPatience patience, long now) {
    return patience.isOver(now, told.standing() == PeerStanding.FETCHES, rate.bytesPerSecond());
  }

  /// @return false when the line broke
  private boolean receive(InputStream in, PartialFile part, CopyPatience patience)
      throws IOException {
    try (in) {
      int read;
      while (part.length() < wanted.size()
          && (read = read(in, wanted.size() - part.length())) >= 0) {
        part.append(ByteBuffer.wrap(buffer.array(), 0, read));
        patience.received(read);
        long now = System.nanoTime();
        if (now - toldNanos >= NEWS_NANOS) {
          part.sync();
          inbox.offer(new AgentEvent.FetchAdvanced(content(), part.length()));
          toldNanos = now;
        }
        isSlow = isTooSlow(patience, now);
        if (isCancelled() || isSlow) {
          return true;
        }
      }
      return true;
    } catch (BrokenException e) {
      return false;
    }
  }

  private int read(InputStream in, long missing) throws BrokenException {
    try {
      // One record of TLS may trickle in as well as a whole answer.
      return PeerSockets.within(
          STALL_NANOS, () -> in.read(buffer.array(), 0, (int) Math.min(BUFFER_BYTES, missing)));
    } catch (IOException e) {
      throw new BrokenException(e);
    }
  }

  private AgentEvent failed(Reason reason) {
    return new AgentEvent.FetchFailed(content(), reason, true);
  }

  /// The line broke, as against the disk.
  private static final class BrokenException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenException(IOException cause) {
      super(cause);
    }
  }
}
