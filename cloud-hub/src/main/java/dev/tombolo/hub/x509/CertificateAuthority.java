package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.IssuedCertificate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;

/// The hub's own P-256 root, made at the first start, and what is issued under it: the hub's server
/// certificate, the document key's certificate, and the devices' certificates.
public final class CertificateAuthority {
  /// Years before the first CA was made: a clock that says less has lost the time.
  private static final Instant WRITTEN = Instant.parse("2020-01-01T00:00:00Z");

  static final Duration ROOT_LIFE = Duration.ofDays(20 * 365 + 5);
  static final Duration SERVER_LIFE = Duration.ofDays(397);
  static final Duration SERVER_RENEW_BEFORE = Duration.ofDays(60);

  /// Certificates begin this much earlier, for clocks that lag.
  static final Duration CLOCK_SLACK = Duration.ofHours(1);

  private static final String DEVICE_ORGANIZATION = "tombolo-device";
  private static final String HUB_NAME = "Tombolo hub";
  private static final String BROKER_NAME = "Tombolo broker";

  private final KeyFiles files;
  private final X509Certificate root;
  private final PrivateKey rootKey;
  private final String rootPem;
  private final RetiredRoots retired;
  private final String chainPem;
  private final X500Name rootName;
  private final ThreadLocal<Issuer> issuers;

  private CertificateAuthority(KeyFiles files, X509Certificate root, PrivateKey rootKey)
      throws IOException, GeneralSecurityException {
    this.files = files;
    this.root = root;
    this.rootKey = rootKey;
    this.rootPem = Pem.certificate(root);
    this.retired = RetiredRoots.read(files, root);
    this.chainPem = Pem.certificates(retired.chain());
    this.rootName = X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
    this.issuers =
        ThreadLocal.withInitial(() -> new Issuer(rootName, root.getPublicKey(), rootKey));
  }

  /// Opens the authority in a folder, making it when the folder is empty.
  ///
  /// @throws IOException naming the file that is missing or damaged
  public static CertificateAuthority open(Path folder, Instant now) throws IOException {
    KeyFiles files = new KeyFiles(folder);
    try {
      finishRotation(files);
      Optional<String> certificate = files.read("root.pem");
      Optional<String> key = files.read("root-key.pem");
      if (certificate.isPresent() && key.isEmpty()) {
        throw new IOException(
            folder + " has root.pem but not root-key.pem; restore the folder from a backup");
      }
      if (certificate.isPresent() && key.isPresent()) {
        return new CertificateAuthority(
            files,
            Pem.readCertificates(certificate.get()).getFirst(),
            Pem.readPrivateKey("EC", key.get()));
      }
      if (now.isBefore(WRITTEN)) {
        throw new IOException(
            "the clock says "
                + now
                + ", which cannot be; a CA made now would have run out before its time. Set the clock"
                + " (NTP) and start again");
      }
      return create(files, now);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(folder + " is damaged; restore it from a backup: " + e.getMessage(), e);
    }
  }

  // A key without its certificate is a first start that was cut off: nobody has seen that key yet.
  private static CertificateAuthority create(KeyFiles files, Instant now)
      throws IOException, GeneralSecurityException {
    KeyPair pair = Issuer.newP256();
    X509Certificate root = selfSigned(nameOf(pair), pair, now);
    files.write("root-key.pem", Pem.privateKey(pair.getPrivate()));
    files.write("root.pem", Pem.certificate(root));
    return new CertificateAuthority(files, root, pair.getPrivate());
  }

  private static X500Name nameOf(KeyPair pair) {
    String shortId = Digest.of(pair.getPublic().getEncoded()).hex().substring(0, 8);
    return new X500Name("CN=Tombolo hub CA " + shortId);
  }

  private static X509Certificate selfSigned(X500Name name, KeyPair pair, Instant now)
      throws GeneralSecurityException {
    return Issuer.parsed(
        new Issuer(name, pair.getPublic(), pair.getPrivate())
            .issue(
                new Issuer.Wanted(
                    name,
                    pair.getPublic().getEncoded(),
                    Issuer.newSerial(),
                    now.minus(CLOCK_SLACK),
                    now.plus(ROOT_LIFE),
                    Issuer.ofCa())));
  }

  /// Makes a new root. Devices that trust an older one are led to it by cross-signed certificates
  /// for `budget`, and learn it when they renew. Whoever has the authority open must open it again.
  ///
  /// @param budget how long the roots before it are served
  /// @throws IOException when too many roots would be in service at once
  public static CertificateAuthority rotate(Path folder, Instant now, Duration budget)
      throws IOException {
    CertificateAuthority before = open(folder, now);
    try {
      KeyPair pair = Issuer.newP256();
      X500Name name = nameOf(pair);
      X509Certificate crossed =
          Issuer.parsed(
              before
                  .issuers
                  .get()
                  .issue(
                      new Issuer.Wanted(
                          name,
                          pair.getPublic().getEncoded(),
                          Issuer.newSerial(),
                          now.minus(CLOCK_SLACK),
                          before.root.getNotAfter().toInstant(),
                          Issuer.ofCa())));
      before.retired.add(before.root, before.rootKey, crossed, now, budget).write(before.files);
      X509Certificate root = selfSigned(name, pair, now);
      // The key first: a root without its key could not go on.
      before.files.write("root-key.new.pem", Pem.privateKey(pair.getPrivate()));
      before.files.write("root.new.pem", Pem.certificate(root));
      finishRotation(before.files);
      return open(folder, now);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a new root: " + e.getMessage(), e);
    }
  }

  /// What a rotation that was cut off left to do.
  private static void finishRotation(KeyFiles files) throws IOException {
    if (files.read("root.new.pem").isPresent()) {
      if (files.read("root-key.new.pem").isPresent()) {
        files.rename("root-key.new.pem", "root-key.pem");
      }
      files.rename("root.new.pem", "root.pem");
    }
  }

  public X509Certificate root() {
    return root;
  }

  /// The root, and those it has replaced that still count.
  public List<X509Certificate> roots() {
    List<X509Certificate> all = new ArrayList<>();
    all.add(root);
    all.addAll(retired.roots());
    return all;
  }

  /// The same as a file for others that must trust all of them, like a broker.
  public Path writeTrusted() throws IOException {
    files.write("trusted.pem", Pem.certificates(roots()));
    return files.path("trusted.pem");
  }

  public String rootPem() {
    return rootPem;
  }

  /// The pin in join tokens: SHA-256 of the root's SubjectPublicKeyInfo.
  public Digest rootKeyDigest() {
    return Digest.of(root.getPublicKey().getEncoded());
  }

  /// The device that a certificate of ours names; empty for the hub's own and others.
  static Optional<DeviceId> deviceOf(X509Certificate certificate) {
    X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    RDN[] organizations = subject.getRDNs(BCStyle.O);
    RDN[] names = subject.getRDNs(BCStyle.CN);
    if (organizations.length != 1
        || names.length != 1
        || !DEVICE_ORGANIZATION.equals(text(organizations[0]))) {
      return Optional.empty();
    }
    return Optional.of(text(names[0])).filter(DeviceId::isValid).map(DeviceId::new);
  }

  private static String text(RDN name) {
    return IETFUtils.valueToString(name.getFirst().getValue());
  }

  /// A device's certificate. Says nothing but what the hub knows.
  ///
  /// @param spki DER, checked before
  /// @param serial lower-case hex
  public IssuedCertificate issueForDevice(
      DeviceId device, byte[] spki, String serial, long notBeforeMillis, long notAfterMillis) {
    X500Name subject =
        new X500NameBuilder()
            .addRDN(BCStyle.O, DEVICE_ORGANIZATION)
            .addRDN(BCStyle.CN, device.text())
            .build();
    X509CertificateHolder holder =
        issuers
            .get()
            .issue(
                new Issuer.Wanted(
                    subject,
                    spki,
                    new BigInteger(serial, 16),
                    Instant.ofEpochMilli(notBeforeMillis),
                    Instant.ofEpochMilli(notAfterMillis),
                    Issuer.ofLeaf(usage(KeyPurposeId.id_kp_clientAuth))));
    try {
      return new IssuedCertificate(
          serial,
          notBeforeMillis,
          notAfterMillis,
          Pem.write("CERTIFICATE", holder.getEncoded()) + chainPem);
    } catch (IOException e) {
      throw new IllegalStateException("a fresh certificate has its encoding", e);
    }
  }

  /// The hub's own certificate: kept while it names exactly these hosts and is not near its end,
  /// else issued anew with a new key. Good for a server and for a client of an external broker.
  public ServerIdentity serverIdentity(List<String> names, Instant now) throws IOException {
    return identity("server", HUB_NAME, names, now);
  }

  /// The same for an external broker that devices shall trust.
  public ServerIdentity brokerIdentity(List<String> names, Instant now) throws IOException {
    return identity("broker", BROKER_NAME, names, now);
  }

  /// The broker's certificate, issued anew for the same hosts when it nears its end. Empty where
  /// none was ever asked for.
  public Optional<ServerIdentity> renewedBrokerIdentity(Instant now) throws IOException {
    Optional<String> certificate = files.read("broker.pem");
    if (certificate.isEmpty()) {
      return Optional.empty();
    }
    try {
      Set<String> hosts = namesOf(Pem.readCertificates(certificate.get()).getFirst());
      return Optional.of(brokerIdentity(List.copyOf(hosts), now));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("ca/broker.pem is damaged; delete it: " + e.getMessage(), e);
    }
  }

  private ServerIdentity identity(String file, String name, List<String> hosts, Instant now)
      throws IOException {
    String certificateFile = file + ".pem";
    String keyFile = file + "-key.pem";
    try {
      Optional<String> certificate = files.read(certificateFile);
      Optional<String> key = files.read(keyFile);
      if (certificate.isPresent() && key.isPresent()) {
        X509Certificate leaf = Pem.readCertificates(certificate.get()).getFirst();
        PrivateKey privateKey = Pem.readPrivateKey("EC", key.get());
        boolean fresh =
            leaf.getNotAfter().toInstant().isAfter(now.plus(SERVER_RENEW_BEFORE))
                && leaf.getNotBefore().toInstant().isBefore(now);
        if (fresh
            && isOurs(leaf)
            && namesOf(leaf).equals(normal(hosts))
            && KeyMatch.pairs(leaf, privateKey)) {
          return new ServerIdentity(
              privateKey, leaf, retired.chain(), files.path(certificateFile), files.path(keyFile));
        }
      }
      KeyPair pair = Issuer.newP256();
      X509Certificate leaf = issueServer(name, pair, hosts, now);
      files.write(keyFile, Pem.privateKey(pair.getPrivate()));
      files.write(certificateFile, Pem.certificate(leaf) + chainPem);
      return new ServerIdentity(
          pair.getPrivate(),
          leaf,
          retired.chain(),
          files.path(certificateFile),
          files.path(keyFile));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "ca/%s or ca/%s is damaged; delete both: %s"
              .formatted(certificateFile, keyFile, e.getMessage()),
          e);
    }
  }

  private X509Certificate issueServer(String name, KeyPair pair, List<String> hosts, Instant now)
      throws GeneralSecurityException {
    GeneralName[] names = hosts.stream().map(HostNames::general).toArray(GeneralName[]::new);
    return Issuer.parsed(
        issuers
            .get()
            .issue(
                new Issuer.Wanted(
                    new X500Name("CN=" + name),
                    pair.getPublic().getEncoded(),
                    Issuer.newSerial(),
                    now.minus(CLOCK_SLACK),
                    now.plus(SERVER_LIFE),
                    Issuer.ofLeaf(
                        usage(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth),
                        new Issuer.Wanted.Extra(
                            Extension.subjectAlternativeName, false, new GeneralNames(names))))));
  }

  /// The Ed25519 key that signs desired documents, with its certificate.
  public DocumentKey documentKey(Instant now) throws IOException {
    try {
      Optional<String> certificate = files.read("document.pem");
      Optional<String> key = files.read("document-key.pem");
      if (certificate.isPresent() && key.isPresent()) {
        PrivateKey held = Pem.readPrivateKey("Ed25519", key.get());
        X509Certificate leaf = Pem.readCertificates(certificate.get()).getFirst();
        if (!KeyMatch.pairs("Ed25519", leaf, held)) {
          // Cut off between the two files of a new key, which nobody was told of yet.
          return newDocumentKey(now);
        }
        if (!isOurs(leaf)) {
          // The root is new, the key stays: devices that trust the key need not be told.
          leaf = documentCertificate(leaf.getPublicKey().getEncoded(), now);
          files.write("document.pem", Pem.certificate(leaf));
        }
        return new DocumentKey(held, leaf, retired.isEmpty() ? "" : chainPem);
      }
      return newDocumentKey(now);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "ca/document.pem or ca/document-key.pem is damaged; restore them: " + e.getMessage(), e);
    }
  }

  /// Replaces the key that signs desired documents. Devices are told with their next document,
  /// which is sent to each as it connects; until then they take nothing that the new key signed.
  public DocumentKey newDocumentKey(Instant now) throws IOException {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      X509Certificate leaf = documentCertificate(pair.getPublic().getEncoded(), now);
      files.write("document-key.pem", Pem.privateKey(pair.getPrivate()));
      files.write("document.pem", Pem.certificate(leaf));
      return new DocumentKey(pair.getPrivate(), leaf, retired.isEmpty() ? "" : chainPem);
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot make a document key: " + e.getMessage(), e);
    }
  }

  private X509Certificate documentCertificate(byte[] spki, Instant now)
      throws GeneralSecurityException {
    return Issuer.parsed(
        issuers
            .get()
            .issue(
                new Issuer.Wanted(
                    new X500Name("CN=Tombolo document key"),
                    spki,
                    Issuer.newSerial(),
                    now.minus(CLOCK_SLACK),
                    root.getNotAfter().toInstant(),
                    Issuer.ofLeaf())));
  }

  private boolean isOurs(X509Certificate leaf) {
    try {
      leaf.verify(root.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /// The revocation list that an external broker reads (RFC 5280 s. 5), at `ca/revoked.pem`.
  public RevocationList revocationList() {
    return new RevocationList(files, retired.issuersWith(rootName, rootKey));
  }

  /// The subject by which an external broker knows the hub.
  public static String hubCommonName() {
    return HUB_NAME;
  }

  private static Issuer.Wanted.Extra usage(KeyPurposeId... purposes) {
    return new Issuer.Wanted.Extra(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
  }

  private static Set<String> namesOf(X509Certificate leaf) throws GeneralSecurityException {
    Set<String> found = new HashSet<>();
    if (leaf.getSubjectAlternativeNames() != null) {
      leaf.getSubjectAlternativeNames()
          .forEach(name -> found.add(HostNames.normal(String.valueOf(name.get(1)))));
    }
    return new TreeSet<>(found);
  }

  private static Set<String> normal(List<String> names) {
    Set<String> found = new TreeSet<>();
    names.forEach(name -> found.add(HostNames.normal(name.toLowerCase(Locale.ROOT))));
    return found;
  }
}
