package dev.tombolo.hub.x509;

import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.RecoveryCheck;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.ReasonText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Certificate requests, certificates and proofs that devices hand in.
public final class RequestTarget implements FuzzTarget {
  /// Which reader.
  public enum Kind {
    CSR_DER,
    CSR_PEM,
    CERTIFICATE_DER,
    PROOF
  }

  private static final long NOW = 1_800_000_000_000L;

  private final Kind kind;
  private final CertificateRequests requests = new CertificateRequests();
  private final CertificateAuthority authority;
  private final DeviceCertificates certificates;
  private final RecoveryChallenges challenges;
  private final byte[] csr;
  private final byte[] rsa;
  private final String devicePem;

  public RequestTarget(Kind kind) {
    this.kind = kind;
    try {
      authority = CertificateAuthority.open(Files.createTempDirectory("fuzz-ca"), Instant.now());
      certificates = new DeviceCertificates(authority.roots());
      challenges = new RecoveryChallenges(certificates, requests);
      KeyPair pair = pair("EC");
      csr = request(pair, "SHA256withECDSA");
      rsa = request(pair("RSA"), "SHA256withRSA");
      Instant end = Instant.now().plus(Duration.ofDays(20));
      byte[] spki = pair.getPublic().getEncoded();
      devicePem =
          authority
              .issueForDevice(
                  DeviceId.ofKey(spki),
                  spki,
                  "1001",
                  end.minus(Duration.ofDays(45)).toEpochMilli(),
                  end.toEpochMilli())
              .pem();
    } catch (Exception e) {
      throw new IllegalStateException("no authority to be fuzzed", e);
    }
  }

  private static KeyPair pair(String algorithm) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("EC")) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    } else {
      generator.initialize(1024, new java.security.SecureRandom(new byte[] {1}));
    }
    return generator.generateKeyPair();
  }

  private static byte[] request(KeyPair pair, String signature) throws Exception {
    return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=x,O=y"), pair.getPublic())
        .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate()))
        .getEncoded();
  }

  @Override
  public String name() {
    return switch (kind) {
      case CSR_DER -> "csr-der";
      case CSR_PEM -> "csr-pem";
      case CERTIFICATE_DER -> "device-certificate-der";
      case PROOF -> "recovery-proof";
    };
  }

  @Override
  public long stackBytes() {
    return 1024 * 1024;
  }

  @Override
  public int bytesMax() {
    return 16 * 1024;
  }

  @Override
  public int quickRuns() {
    return 40;
  }

  @Override
  public List<String> words() {
    return List.of(
        "-----BEGIN CERTIFICATE REQUEST-----",
        "-----END CERTIFICATE REQUEST-----",
        "-----BEGIN NEW CERTIFICATE REQUEST-----",
        "=");
  }

  @Override
  public List<byte[]> seeds() throws Exception {
    return switch (kind) {
      case CSR_DER -> List.of(csr, rsa);
      case CSR_PEM ->
          List.of(
              pem(csr).getBytes(StandardCharsets.US_ASCII),
              pem(rsa).getBytes(StandardCharsets.US_ASCII));
      case CERTIFICATE_DER ->
          List.of(
              Pem.readCertificates(devicePem).getFirst().getEncoded(),
              authority.root().getEncoded());
      case PROOF -> {
        String challenge =
            ((RecoveryCheck.Challenge.Given) challenges.challenge(devicePem, pem(csr), NOW))
                .challenge();
        yield List.of((challenge + "\n" + "MEUCIQ==").getBytes(StandardCharsets.US_ASCII));
      }
    };
  }

  private static String pem(byte[] der) {
    return Pem.write("CERTIFICATE REQUEST", der);
  }

  @Override
  public String run(byte[] input) throws Exception {
    return switch (kind) {
      case CSR_DER -> checked(pem(input));
      case CSR_PEM -> checked(new String(input, StandardCharsets.UTF_8));
      case CERTIFICATE_DER -> certificate(Pem.write("CERTIFICATE", input));
      case PROOF -> proof(new String(input, StandardCharsets.UTF_8));
    };
  }

  private String checked(String pem) throws GeneralSecurityException {
    return switch (requests.check(pem)) {
      case CsrCheck.Outcome.Bad(var reason) -> Contract.refused(ReasonText.say(reason));
      case CsrCheck.Outcome.Good(var key) -> {
        byte[] spki = key.spkiDer();
        ECPublicKey read =
            (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        Contract.same(256, read.getParams().getCurve().getField().getFieldSize());
        Contract.holds(Arrays.equals(spki, read.getEncoded()), "a key has one form");
        // Nothing but the key comes into the certificate.
        authority.issueForDevice(DeviceId.ofKey(spki), spki, "1", 0, 1_000_000);
        yield "taken";
      }
    };
  }

  private String certificate(String pem) {
    Optional<X509Certificate> read = certificates.read(pem);
    read.ifPresent(
        leaf ->
            Contract.holds(
                devicePem.contains(
                    Digest.isValid(DeviceCertificates.describe(leaf).key().text())
                        ? "CERTIFICATE"
                        : "?"),
                "it has a key"));
    return switch (challenges.challenge(pem, pem(csr), NOW)) {
      case RecoveryCheck.Challenge.Given(var challenge) -> {
        Contract.holds(read.isPresent(), "a challenge is for certificates of ours");
        Contract.same(75, challenge.length());
        yield "taken";
      }
      case RecoveryCheck.Challenge.Refused(var reason) -> Contract.refused(ReasonText.say(reason));
    };
  }

  private String proof(String text) {
    String[] parts = text.split("\n", 2);
    RecoveryCheck.Proof proof =
        challenges.check(
            devicePem,
            pem(csr),
            parts[0],
            parts.length == 2 ? parts[1] : "",
            NOW + new Random(text.hashCode()).nextInt(200_000));
    return switch (proof) {
      case RecoveryCheck.Proof.Bad(var reason) -> Contract.refused(ReasonText.say(reason));
      case RecoveryCheck.Proof.Good _ ->
          throw new AssertionError("does not hold: nobody signs by chance");
    };
  }
}
