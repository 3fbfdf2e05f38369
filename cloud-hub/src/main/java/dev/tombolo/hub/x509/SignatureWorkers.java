package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/// Signs off the hub's loop, on a few threads: certificates and desired documents. What the loop
/// has asked for is in its own state, so this queue is bounded by that state; answers wait for room
/// in the inbox and are never dropped.
///
/// Ed25519 is BouncyCastle's: 17,000 signatures a second and core here, the JDK's 1,000.
public final class SignatureWorkers implements AutoCloseable {
  private static final Logger LOG = System.getLogger(SignatureWorkers.class.getName());
  private static final long INBOX_RETRY_NANOS = 1_000_000;

  private final CertificateAuthority authority;
  private final String documentKeyId;
  private final Ed25519PrivateKeyParameters documentKey;
  private final Ed25519PublicKeyParameters documentPublicKey;
  private final HubInbox inbox;
  private final BlockingQueue<HubEffect> queue = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder signed = new LongAdder();
  private volatile boolean isClosing;

  private SignatureWorkers(
      CertificateAuthority authority,
      String documentKeyId,
      Ed25519PrivateKeyParameters documentKey,
      HubInbox inbox) {
    this.authority = authority;
    this.documentKeyId = documentKeyId;
    this.documentKey = documentKey;
    this.documentPublicKey = documentKey.generatePublicKey();
    this.inbox = inbox;
  }

  public static SignatureWorkers start(
      CertificateAuthority authority, DocumentKey documentKey, HubInbox inbox, int threads) {
    SignatureWorkers workers =
        new SignatureWorkers(
            authority, documentKey.keyId(), privateKey(documentKey.key().getEncoded()), inbox);
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
      } catch (RuntimeException e) {
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
    byte[] message = Dsse.pae(DesiredManifest.PAYLOAD_TYPE, wanted.payload());
    byte[] signature = new byte[Ed25519PrivateKeyParameters.SIGNATURE_SIZE];
    documentKey.sign(
        Ed25519.Algorithm.Ed25519,
        documentPublicKey,
        null,
        message,
        0,
        message.length,
        signature,
        0);
    Base64.Encoder base64 = Base64.getEncoder();
    return new HubEvent.DocumentSigned(
        wanted.device(),
        wanted.revision(),
        new Envelope(
            DesiredManifest.PAYLOAD_TYPE,
            base64.encodeToString(wanted.payload()),
            List.of(new Envelope.Signature(documentKeyId, base64.encodeToString(signature)))));
  }

  private void answer(HubEvent event) {
    signed.increment();
    while (!inbox.offer(event) && !isClosing) {
      LockSupport.parkNanos(INBOX_RETRY_NANOS);
    }
  }

  private static Ed25519PrivateKeyParameters privateKey(byte[] pkcs8) {
    try {
      return (Ed25519PrivateKeyParameters) PrivateKeyFactory.createKey(pkcs8);
    } catch (IOException e) {
      throw new IllegalArgumentException("not an Ed25519 key", e);
    }
  }
}
