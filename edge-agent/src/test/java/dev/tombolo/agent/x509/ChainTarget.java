package dev.tombolo.agent.x509;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The certificates that a hub answers to enrolment and renewal.
///
/// @param isDer inputs are a leaf's DER, the root follows; else the whole answer
public record ChainTarget(
    boolean isDer,
    String request,
    byte[] publicKey,
    Digest rootKey,
    String rootPem,
    List<String> chains)
    implements FuzzTarget {

  public static ChainTarget of(boolean isDer) {
    try {
      Path folder = Files.createTempDirectory("fuzz-chain");
      TestCa ca = TestCa.create(folder.resolve("ca"));
      IdentityFolder identity = new IdentityFolder(folder.resolve("identity"));
      String request = identity.request();
      List<String> chains = new ArrayList<>();
      for (String name :
          List.of("dev-000000000000000000000000", "nobody", "dev-000000000000000000000000,CN=x")) {
        chains.add(ca.signDevice(request, name));
      }
      byte[] key =
          CertificateRequest.publicKey(Pem.read("CERTIFICATE REQUEST", request).getFirst());
      return new ChainTarget(isDer, request, key, ca.rootKey(), ca.rootPem(), chains);
    } catch (Exception e) {
      throw new IllegalStateException("no authority to be fuzzed; these tests need openssl", e);
    }
  }

  @Override
  public String name() {
    return isDer ? "issued-certificate-der" : "issued-chain-pem";
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  @Override
  public List<String> words() {
    return List.of(
        "-----BEGIN CERTIFICATE-----",
        "-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----",
        "====");
  }

  @Override
  public List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String chain : chains) {
      seeds.add(
          isDer
              ? Pem.read("CERTIFICATE", chain).getFirst()
              : chain.getBytes(StandardCharsets.US_ASCII));
    }
    return seeds;
  }

  @Override
  public String run(byte[] input) throws IOException {
    String pem = new String(input, StandardCharsets.UTF_8);
    if (isDer) {
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.writeBytes(Pem.write("CERTIFICATE", input).getBytes(StandardCharsets.US_ASCII));
      both.writeBytes(rootPem.getBytes(StandardCharsets.US_ASCII));
      pem = both.toString(StandardCharsets.US_ASCII);
    }
    try {
      Contract.same(rootKey, Chains.keyDigest(Chains.checked(pem, publicKey, rootKey)));
    } catch (IOException e) {
      return Contract.refused(String.valueOf(e.getMessage()));
    } catch (RefusedException e) {
      return Contract.refused(ReasonText.say(e.reason()));
    }
    // What is kept must serve at the next start.
    var chain = Pem.certificates(pem);
    IdentityFolder.Identity identity =
        new IdentityFolder.Identity(
            CertificateRequest.newKey().getPrivate(), chain, Pem.certificates(rootPem));
    Contract.holds(!identity.device().text().isEmpty(), "it names a device");
    Contract.holds(identity.life() != null, "it has dates");
    return "taken";
  }
}
