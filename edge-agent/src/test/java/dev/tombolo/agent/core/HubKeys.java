package dev.tombolo.agent.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/// A hub's CA and document key, made by openssl once a test run.
record HubKeys(X509Certificate root, String documentPem, PrivateKey documentKey) {

  static final HubKeys FIRST = make();

  /// Another document key of the same hub.
  static final HubKeys OTHER = make();

  private static HubKeys make() {
    try {
      Path folder = Files.createTempDirectory("hub-keys");
      openssl(
          folder,
          "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem"
              + " -subj /CN=hub -days 30");
      openssl(folder, "genpkey -algorithm ed25519 -out document.key");
      openssl(
          folder, "req -new -key document.key -out document.csr -subj /CN=Tombolo@document@key");
      openssl(
          folder,
          "x509 -req -in document.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30"
              + " -out document.pem");
      String document = Files.readString(folder.resolve("document.pem"));
      byte[] key = Pem.read("PRIVATE KEY", Files.readString(folder.resolve("document.key")));
      return new HubKeys(
          DocumentCertificate.certificate(Files.readString(folder.resolve("ca.pem"))),
          document,
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(key)));
    } catch (IOException | InterruptedException | GeneralSecurityException | MalformedException e) {
      throw new IllegalStateException("these tests need openssl", e);
    }
  }

  private static void openssl(Path folder, String arguments)
      throws IOException, InterruptedException {
    String[] words = ("openssl " + arguments).split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].replace('@', ' ');
    }
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(Arrays.toString(words) + ": " + said);
    }
  }
}
