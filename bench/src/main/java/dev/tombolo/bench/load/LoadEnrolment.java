package dev.tombolo.bench.load;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Enrols many devices with join tokens, as agents do: `POST /v1/enroll` over TLS that trusts the
/// hub's root alone.
final class LoadEnrolment {
  private static final int AT_ONCE = 16;
  private static final int RESPONSE_BYTES_MAX = 64 * 1024;

  private final URI enrolUrl;
  private final HttpClient http;

  LoadEnrolment(String edgeHost, int edgePort, X509Certificate root)
      throws GeneralSecurityException, IOException {
    enrolUrl = URI.create("https://" + edgeHost + ":" + edgePort + "/v1/enroll");
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .sslContext(trusting(root))
            .build();
  }

  /// Enrols `count` devices, `usesEach` per token, in order of the tokens.
  List<LoadIdentity> enrol(List<String> tokens, int usesEach, int count)
      throws InterruptedException, IOException {
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<LoadIdentity>> pending = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String token = tokens.get(i / usesEach);
        pending.add(pool.submit(() -> enrolOne(token)));
      }
      List<LoadIdentity> identities = new ArrayList<>();
      for (Future<LoadIdentity> identity : pending) {
        identities.add(identity.get());
      }
      return identities;
    } catch (ExecutionException e) {
      throw new IOException("an enrolment failed: " + e.getCause(), e);
    }
  }

  private LoadIdentity enrolOne(String token)
      throws GeneralSecurityException,
          OperatorCreationException,
          IOException,
          InterruptedException,
          MalformedException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    String body = Json.write(new EnrolRequest(token, csrPem(pair), Map.of("host", "load")));
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(enrolUrl)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode() + ": " + response.body());
    }
    EnrolResponse granted = Json.read(EnrolResponse.class, response.body(), RESPONSE_BYTES_MAX);
    return new LoadIdentity(
        granted.device(), pair.getPrivate(), certificates(granted.certificate()));
  }

  private static String csrPem(KeyPair pair) throws OperatorCreationException, IOException {
    var request =
        new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=load"), pair.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(request);
    }
    return text.toString();
  }

  static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
    List<X509Certificate> chain = new ArrayList<>();
    var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
      chain.add((X509Certificate) certificate);
    }
    return chain;
  }

  static SSLContext trusting(X509Certificate root) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("hub", root);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
