package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Signs off the hub's loop, on a few threads: certificates and desired documents. What the loop
/// has asked for is in its own state, so this queue is bounded by that state; answers wait for room
/// in the inbox and are never dropped.
public final class SignatureWorkers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(SignatureWorkers.class.getName());
  private static final long INBOX_RETRY_NANOS = 1_000_000;

  private final CertificateAuthority authority;
  private final SignedManifests manifests;
  private final HubInbox inbox;
  private final BlockingQueue<HubEffect> queue = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder signed = new LongAdder();
  private volatile boolean isClosing;

  private SignatureWorkers(
      CertificateAuthority authority, DocumentKey documentKey, HubInbox inbox) {
    this.authority = authority;
    this.manifests = new SignedManifests(documentKey);
    this.inbox = inbox;
  }

  public static SignatureWorkers start(
      CertificateAuthority authority, DocumentKey documentKey, HubInbox inbox, int threads) {
    SignatureWorkers workers = new SignatureWorkers(authority, documentKey, inbox);
    for (int i = 0; i < threads; i++) {
      Thread thread = Thread.ofPlatform().name("signing-" + i).daemon(true).unstarted(workers::run);
      workers.threads.add(thread);
      thread.start();
    }
    return workers;
  }

  /// Answered by [HubEvent.CertificateSigned].
  public void sign(HubEffect.SignCertificate wanted) {
    queue.add(wanted);
  }

  /// Answered by [HubEvent.DocumentSigned].
  public void sign(HubEffect.SignDocument wanted) {
    queue.add(wanted);
  }

  public int waiting() {
    return queue.size();
  }

  public long signed() {
    return signed.sum();
  }

  /// Drops what waits: the loop asks again after the next start.
  @Override
  public void close() {
    isClosing = true;
    threads.forEach(Thread::interrupt);
  }

  private void run() {
    while (!isClosing) {
      try {
        HubEffect wanted = queue.take();
        if (wanted instanceof HubEffect.SignDocument document) {
          answer(documentSigned(document));
        } else if (wanted instanceof HubEffect.SignCertificate certificate) {
          answer(certificateSigned(certificate));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error e) {
        // Out of memory ends the process by itself; of anything else the next one is free.
        LOG.log(Level.ERROR, "cannot sign", e);
      }
    }
  }

  private HubEvent certificateSigned(HubEffect.SignCertificate wanted) {
    return new HubEvent.CertificateSigned(
        wanted.request(),
        authority.issueForDevice(
            wanted.device(),
            wanted.key().spkiDer(),
            wanted.serial(),
            wanted.notBeforeMillis(),
            wanted.notAfterMillis()));
  }

  private HubEvent documentSigned(HubEffect.SignDocument wanted) {
    return new HubEvent.DocumentSigned(
        wanted.device(), wanted.revision(), manifests.sign(wanted.payload()));
  }

  private void answer(HubEvent event) {
    signed.increment();
    while (!inbox.offer(event) && !isClosing) {
      LockSupport.parkNanos(INBOX_RETRY_NANOS);
    }
  }
}
