package dev.tombolo.hub.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The file `revoked.pem` for external brokers. It is good for a year: a broker whose list has run
/// out refuses everybody, and serving matters more; every change writes a new one at once.
public final class RevocationList {
  private static final Duration LIFE = Duration.ofDays(366);
  private static final String FILE = "revoked.pem";

  private final KeyFiles files;
  private final List<Signer> signers;

  /// @param signers the present root and those it replaced: a broker wants a list of each
  RevocationList(KeyFiles files, List<Signer> signers) {
    this.files = files;
    this.signers = List.copyOf(signers);
  }

  record Signer(X500Name name, PrivateKey key) {}

  public Path file() {
    return files.path(FILE);
  }

  /// @param serials lower-case hex
  public synchronized void write(Set<String> serials, Instant now) throws IOException {
    StringBuilder lists = new StringBuilder();
    for (Signer signer : signers) {
      lists.append(list(signer, serials, now));
    }
    files.write(FILE, lists.toString());
  }

  private static String list(Signer signer, Set<String> serials, Instant now) throws IOException {
    try {
      X509v2CRLBuilder builder =
          new X509v2CRLBuilder(
                  signer.name(), Date.from(now.minus(CertificateAuthority.CLOCK_SLACK)))
              .setNextUpdate(Date.from(now.plus(LIFE)))
              .addExtension(
                  Extension.cRLNumber,
                  false,
                  new CRLNumber(BigInteger.valueOf(now.toEpochMilli())));
      for (String serial : serials) {
        builder.addCRLEntry(
            new BigInteger(serial, 16), Date.from(now), CRLReason.privilegeWithdrawn);
      }
      byte[] der =
          builder
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.key()))
              .getEncoded();
      return Pem.write("X509 CRL", der);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every Java platform signs with ECDSA", e);
    }
  }
}
