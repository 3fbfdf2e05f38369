package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.protocol.enrol.RecoveryProof;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// The folder `identity/`: the device's key, its request, its certificate, the hub's root and the
/// hub's document certificate. Whatever is sent is on the disk before, so that a lost answer can be
/// asked for again with the same key.
///
/// A renewal's key and request wait as `key.next.pem` and `csr.next.pem`. The moment
/// `certificate.next.pem` stands, the renewal counts; what is left of it is done at the next start.
public final class IdentityFolder {
  private static final String KEY = "key.pem";
  private static final String REQUEST = "csr.pem";
  private static final String CERTIFICATE = "certificate.pem";
  private static final String ROOT = "root.pem";
  private static final String DOCUMENT = "document.pem";
  private static final String NEXT_KEY = "key.next.pem";
  private static final String NEXT_REQUEST = "csr.next.pem";
  private static final String NEXT_CERTIFICATE = "certificate.next.pem";

  /// The root trusted now and some that it has replaced.
  private static final int ROOTS_KEPT = 4;

  private final DurableFiles files;

  public IdentityFolder(Path folder) throws IOException {
    files = new DurableFiles(folder);
    finishRenewal();
  }

  /// What counts, by somebody who only looks: a renewal that broke off is left to the agent.
  ///
  /// @throws IOException also when there is no such folder: none is made
  public static Identity look(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    DurableFiles files = new DurableFiles(folder);
    boolean isRenewed = files.has(NEXT_CERTIFICATE);
    String key = isRenewed && files.has(NEXT_KEY) ? NEXT_KEY : KEY;
    return read(files, key, isRenewed ? NEXT_CERTIFICATE : CERTIFICATE);
  }

  /// The device's key, and the next one where a renewal is under way: what was sealed to either can
  /// be opened.
  public static List<PrivateKey> keys(Path folder) throws IOException {
    DurableFiles files = new DurableFiles(folder);
    List<PrivateKey> keys = new ArrayList<>();
    for (String name : List.of(KEY, NEXT_KEY)) {
      if (files.has(name)) {
        keys.add(Pem.privateKey(files.read(name)));
      }
    }
    return keys;
  }

  public synchronized boolean isEnrolled() {
    return files.has(CERTIFICATE);
  }

  /// The certificate request of this device's first key, PEM; both made once.
  public synchronized String request() throws IOException {
    return requestFor(KEY, REQUEST);
  }

  /// The request for the next certificate, PEM; the same until [#keepRenewed].
  public synchronized String nextRequest() throws IOException {
    return requestFor(NEXT_KEY, NEXT_REQUEST);
  }

  /// The present certificate alone, PEM.
  public synchronized String certificate() throws IOException {
    return Pem.certificate(load().chain().getFirst());
  }

  /// Proves to the hub that this device has the present certificate's key: the signature, base64,
  /// over what [RecoveryProof] says of the next request and the hub's challenge.
  public synchronized String prove(String challenge) throws IOException {
    Identity held = load();
    Digest csr = Digest.of(Pem.read("CERTIFICATE REQUEST", nextRequest()).getFirst());
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(held.key());
      signature.update(RecoveryProof.text(held.device(), csr, challenge));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot sign with " + KEY + ": " + e.getMessage(), e);
    }
  }

  /// The device that an answered chain is for, if any.
  public static Optional<DeviceId> deviceOf(String chainPem) throws IOException {
    return Chains.device(Pem.certificates(chainPem).getFirst());
  }

  /// Keeps what enrolment answered.
  ///
  /// @param chainPem leaf first, then the root
  /// @param rootKey the pin: SHA-256 of the root's SubjectPublicKeyInfo
  /// @throws RefusedException when the chain does not fit the key or the pin; nothing is kept
  public synchronized void keepEnrolled(String chainPem, Digest rootKey, String documentPem)
      throws IOException, RefusedException {
    X509Certificate root = Chains.checked(chainPem, key(REQUEST), rootKey);
    files.write(ROOT, Pem.certificate(root));
    files.write(DOCUMENT, documentPem);
    files.write(CERTIFICATE, chainPem);
  }

  /// Puts the next key and certificate in the place of the old ones. An answer that came twice is
  /// kept once. A chain that leads to the root held by way of a newer one brings that: it is
  /// trusted from now on.
  ///
  /// @throws RefusedException when the chain does not fit the next key or the root held
  public synchronized void keepRenewed(String chainPem) throws IOException, RefusedException {
    if (!files.has(NEXT_REQUEST) && chainPem.equals(files.read(CERTIFICATE))) {
      return;
    }
    List<X509Certificate> roots = Pem.certificates(files.read(ROOT));
    Chains.checked(chainPem, key(NEXT_REQUEST), Chains.keyDigest(roots.getFirst()));
    List<X509Certificate> chain = Pem.certificates(chainPem);
    X509Certificate issuer = chain.get(1);
    if (!issuer.getPublicKey().equals(roots.getFirst().getPublicKey())) {
      StringBuilder pem = new StringBuilder(Pem.certificate(issuer));
      roots.stream().limit(ROOTS_KEPT - 1).map(Pem::certificate).forEach(pem::append);
      // Before the certificate: the newer root also verifies what the older one does not.
      files.write(ROOT, pem.toString());
    }
    files.write(NEXT_CERTIFICATE, chainPem);
    finishRenewal();
  }

  /// The hub's document certificate, PEM.
  public synchronized String document() throws IOException {
    return files.read(DOCUMENT);
  }

  /// Replaces the hub's document certificate, which the caller has checked against the root.
  public synchronized void keepDocument(String pem) throws IOException {
    files.write(DOCUMENT, pem);
  }

  /// What the device shows and trusts now.
  public synchronized Identity load() throws IOException {
    return read(files, KEY, CERTIFICATE);
  }

  private static Identity read(DurableFiles files, String key, String certificate)
      throws IOException {
    return new Identity(
        Pem.privateKey(files.read(key)),
        Pem.certificates(files.read(certificate)),
        Pem.certificates(files.read(ROOT)));
  }

  /// The hub's root certificate, PEM.
  public synchronized String root() throws IOException {
    return files.read(ROOT);
  }

  private String requestFor(String keyName, String requestName) throws IOException {
    if (!files.has(requestName)) {
      KeyPair key = CertificateRequest.newKey();
      String name = DeviceId.ofKey(key.getPublic().getEncoded()).text();
      files.write(keyName, Pem.write("PRIVATE KEY", key.getPrivate().getEncoded()));
      files.write(requestName, CertificateRequest.pem(key, name));
    }
    return files.read(requestName);
  }

  /// The public key within a request of ours, as SubjectPublicKeyInfo.
  private byte[] key(String requestName) throws IOException {
    return CertificateRequest.publicKey(
        Pem.read("CERTIFICATE REQUEST", files.read(requestName)).getFirst());
  }

  private void finishRenewal() throws IOException {
    if (files.has(NEXT_CERTIFICATE)) {
      if (files.has(NEXT_KEY)) {
        files.rename(NEXT_KEY, KEY);
      }
      if (files.has(NEXT_REQUEST)) {
        files.rename(NEXT_REQUEST, REQUEST);
      }
      files.rename(NEXT_CERTIFICATE, CERTIFICATE);
    }
  }

  /// @param chain leaf first
  /// @param roots the hub's CA certificate, then those it has replaced
  public record Identity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> roots) {
    public Identity {
      chain = List.copyOf(chain);
      roots = List.copyOf(roots);
    }

    /// The one trusted now.
    public X509Certificate root() {
      return roots.getFirst();
    }

    public long notAfterMillis() {
      return chain.getFirst().getNotAfter().getTime();
    }

    public CertificateLife life() {
      return new CertificateLife(chain.getFirst().getNotBefore().getTime(), notAfterMillis());
    }

    /// The common name of the certificate, which the hub chose.
    public DeviceId device() {
      return Chains.device(chain.getFirst())
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "certificate that names no device: "
                          + chain.getFirst().getSubjectX500Principal()));
    }

    @Override
    public String toString() {
      return "Identity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
  }
}
