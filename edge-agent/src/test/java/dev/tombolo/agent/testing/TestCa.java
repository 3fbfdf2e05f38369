package dev.tombolo.agent.testing;

import dev.tombolo.protocol.id.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A certificate authority made with the `openssl` command, as the hub's own code must not be seen
/// from here.
public final class TestCa {
  private static final char[] PASSWORD = "test".toCharArray();
  private final Path folder;

  private TestCa(Path folder) {
    this.folder = folder;
  }

  public static TestCa create(Path folder) throws IOException {
    Files.createDirectories(folder);
    Command.run(
        folder,
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "3650",
        "-subj",
        "/CN=Tombolo hub CA test",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign");
    return new TestCa(folder);
  }

  public String rootPem() throws IOException {
    return Files.readString(folder.resolve("ca.pem"));
  }

  public Digest rootKey() throws IOException, GeneralSecurityException {
    return Digest.of(certificate(rootPem()).getPublicKey().getEncoded());
  }

  public static X509Certificate certificate(String pem)
      throws IOException, GeneralSecurityException {
    try (InputStream in = new ByteArrayInputStream(pem.getBytes("US-ASCII"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  /// Signs a device's request; leaf first, then the root.
  public String signDevice(String requestPem, String commonName) throws IOException {
    Files.writeString(folder.resolve("device.csr"), requestPem);
    return sign("device", commonName, "clientAuth", "DNS:device", 45) + rootPem();
  }

  /// Like [#signDevice], good for the second in which it was made.
  public String signExpiredDevice(String requestPem, String commonName) throws IOException {
    Files.writeString(folder.resolve("device.csr"), requestPem);
    return sign("device", commonName, "clientAuth", "DNS:device", 0) + rootPem();
  }

  /// A TLS context for a server on the loopback, which asks for a client certificate.
  ///
  /// @param usage `serverAuth`, or another to be wrong
  public SSLContext server(String usage, String alternativeNames)
      throws IOException, GeneralSecurityException {
    return server(usage, alternativeNames, 45);
  }

  private SSLContext server(String usage, String alternativeNames, int days)
      throws IOException, GeneralSecurityException {
    Command.run(
        folder,
        "openssl",
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
        "-subj",
        "/CN=hub");
    Files.writeString(
        folder.resolve("server.pem"),
        sign("server", "hub", usage, alternativeNames, days) + rootPem());
    Command.run(
        folder,
        "openssl",
        "pkcs12",
        "-export",
        "-in",
        "server.pem",
        "-inkey",
        "server.key",
        "-out",
        "server.p12",
        "-passout",
        "pass:test");
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("server.p12"))) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), new TrustManager[] {new AnyDevice()}, null);
    return context;
  }

  public SSLContext server() throws IOException, GeneralSecurityException {
    return server("serverAuth", "DNS:localhost,IP:127.0.0.1");
  }

  /// One whose certificate was good for the second in which it was made.
  public SSLContext expiredServer() throws IOException, GeneralSecurityException {
    return server("serverAuth", "DNS:localhost,IP:127.0.0.1", 0);
  }

  private String sign(
      String name, String commonName, String usage, String alternativeNames, int days)
      throws IOException {
    Files.writeString(
        folder.resolve("extensions"),
        "basicConstraints=CA:FALSE\nextendedKeyUsage="
            + usage
            + "\nsubjectAltName="
            + alternativeNames
            + "\n");
    Command.run(
        folder,
        "openssl",
        "x509",
        "-req",
        "-in",
        name + ".csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        Integer.toString(days),
        "-extfile",
        "extensions",
        "-subj",
        "/O=tombolo-device/CN=" + commonName,
        "-out",
        name + ".leaf.pem");
    return Files.readString(folder.resolve(name + ".leaf.pem"));
  }

  /// Keeps the client's chain for the test to look at.
  private static final class AnyDevice implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
