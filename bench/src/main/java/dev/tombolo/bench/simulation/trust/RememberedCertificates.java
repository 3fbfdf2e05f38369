package dev.tombolo.bench.simulation.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateFactorySpi;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Reads X.509 as the platform does, each text once: simulated worlds have a handful of
/// certificates and read them at every start of an agent.
public final class RememberedCertificates extends CertificateFactorySpi {
  private static final String TRUE_PROVIDER = "SUN";
  private static final int TEXTS_MAX = 1_000;
  private static final Map<String, List<Certificate>> SINGLE = new ConcurrentHashMap<>();
  private static final Map<String, List<Certificate>> MANY = new ConcurrentHashMap<>();

  @Override
  public Certificate engineGenerateCertificate(InputStream in) throws CertificateException {
    String text = text(in);
    List<Certificate> known = SINGLE.get(text);
    if (known == null) {
      known = List.of(platform().generateCertificate(stream(text)));
      remember(SINGLE, text, known);
    }
    return known.getFirst();
  }

  @Override
  public Collection<? extends Certificate> engineGenerateCertificates(InputStream in)
      throws CertificateException {
    String text = text(in);
    List<Certificate> known = MANY.get(text);
    if (known == null) {
      known = List.copyOf(platform().generateCertificates(stream(text)));
      remember(MANY, text, known);
    }
    return known;
  }

  @Override
  public CRL engineGenerateCRL(InputStream in) throws CRLException {
    try {
      return platform().generateCRL(in);
    } catch (CertificateException e) {
      throw new CRLException(e);
    }
  }

  @Override
  public Collection<? extends CRL> engineGenerateCRLs(InputStream in) throws CRLException {
    try {
      return platform().generateCRLs(in);
    } catch (CertificateException e) {
      throw new CRLException(e);
    }
  }

  private static void remember(
      Map<String, List<Certificate>> where, String text, List<Certificate> read) {
    if (where.size() < TEXTS_MAX) {
      where.put(text, read);
    }
  }

  private static CertificateFactory platform() throws CertificateException {
    try {
      return CertificateFactory.getInstance("X.509", TRUE_PROVIDER);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  /// One character for each byte, so that nothing is lost.
  private static String text(InputStream in) throws CertificateException {
    try {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new CertificateException(e);
    }
  }

  private static InputStream stream(String text) {
    return new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
