package dev.tombolo.agent.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.testing.Command;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityFolderTest {
  @TempDir Path temp;
  private Path folder = Path.of("");
  private TestCa ca;

  @BeforeEach
  void makeCa() throws IOException {
    folder = temp.resolve("identity");
    ca = TestCa.create(temp.resolve("ca"));
  }

  @Test
  void opensslAcceptsTheRequestAndItsSignature() throws IOException {
    String request = new IdentityFolder(folder).request();
    Path file = Files.writeString(temp.resolve("request.pem"), request);

    String said =
        Command.run(temp, "openssl", "req", "-verify", "-noout", "-text", "-in", file.toString());

    assertThat(said)
        .contains("verify OK")
        .contains("NIST CURVE: P-256")
        .contains("ecdsa-with-SHA256")
        .containsPattern("Subject: ?CN ?= ?dev-[0-9a-z]{24}");
  }

  @Test
  void keyAndRequestAreMadeOnceAndOnlyTheirOwnerReadsThem() throws IOException {
    String first = new IdentityFolder(folder).request();

    assertThat(new IdentityFolder(folder).request()).isEqualTo(first);
    assertThat(Files.getPosixFilePermissions(folder.resolve("key.pem")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void anEnrolledIdentityIsLoadedAgain() throws Exception {
    IdentityFolder identity = new IdentityFolder(folder);
    String chain = ca.signDevice(identity.request(), "dev-000000000000000000000000");

    identity.keepEnrolled(chain, ca.rootKey(), "document");

    IdentityFolder.Identity held = new IdentityFolder(folder).load();
    assertThat(held.device()).isEqualTo(new DeviceId("dev-000000000000000000000000"));
    assertThat(Chains.keyDigest(held.root())).isEqualTo(ca.rootKey());
    assertThat(new IdentityFolder(folder).document()).isEqualTo("document");
  }

  @Test
  void aCertificateThatNamesNoDeviceIsNotKept() throws Exception {
    IdentityFolder identity = new IdentityFolder(folder);
    String chain = ca.signDevice(identity.request(), "nobody");

    assertThatThrownBy(() -> identity.keepEnrolled(chain, ca.rootKey(), "document"))
        .isInstanceOf(RefusedException.class);

    assertThat(identity.isEnrolled()).isFalse();
    assertThat(IdentityFolder.deviceOf(chain)).isEmpty();
  }

  @Test
  void aCertificateForAnotherKeyIsNotKept() throws Exception {
    IdentityFolder identity = new IdentityFolder(folder);
    identity.request();
    String foreign = new IdentityFolder(temp.resolve("foreign")).request();
    String chain = ca.signDevice(foreign, "dev-000000000000000000000000");

    assertThatThrownBy(() -> identity.keepEnrolled(chain, ca.rootKey(), "document"))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.reason()).isInstanceOf(Reason.CsrInvalid.class));
    assertThat(identity.isEnrolled()).isFalse();
  }

  @Test
  void aCertificateOfAnotherHubIsNotKept() throws Exception {
    IdentityFolder identity = new IdentityFolder(folder);
    TestCa stranger = TestCa.create(temp.resolve("stranger"));
    String chain = stranger.signDevice(identity.request(), "dev-000000000000000000000000");
    Reason both = new Reason.PinMismatch(ca.rootKey().text(), stranger.rootKey().text());

    assertThatThrownBy(() -> identity.keepEnrolled(chain, ca.rootKey(), "document"))
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.reason()).isEqualTo(both));
  }

  @Test
  void aRenewalBringsANewKeyAndKeepsTheDevice() throws Exception {
    IdentityFolder identity = enrolled();
    String next = identity.nextRequest();
    assertThat(identity.nextRequest()).isEqualTo(next);

    identity.keepRenewed(ca.signDevice(next, "dev-000000000000000000000000"));

    assertThat(identity.request()).isEqualTo(next);
    assertThat(folder.resolve("csr.next.pem")).doesNotExist();
    assertThat(identity.load().device()).isEqualTo(new DeviceId("dev-000000000000000000000000"));
  }

  @Test
  void aRenewalAnsweredTwiceIsKeptOnce() throws Exception {
    IdentityFolder identity = enrolled();
    String chain = ca.signDevice(identity.nextRequest(), "dev-000000000000000000000000");
    identity.keepRenewed(chain);

    identity.keepRenewed(chain);

    assertThat(Files.readString(folder.resolve("certificate.pem"))).isEqualTo(chain);
    assertThat(folder.resolve("key.next.pem")).doesNotExist();
  }

  @Test
  void aRenewalCutByACrashIsFinishedAtTheNextStart() throws Exception {
    IdentityFolder identity = enrolled();
    String next = identity.nextRequest();
    String chain = ca.signDevice(next, "dev-000000000000000000000000");
    Files.writeString(folder.resolve("certificate.next.pem"), chain);
    Files.move(
        folder.resolve("key.next.pem"),
        folder.resolve("key.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(IdentityFolder.look(folder).chain()).isNotEmpty();
    assertThat(folder.resolve("certificate.next.pem")).as("who looks changes nothing").exists();

    IdentityFolder after = new IdentityFolder(folder);

    assertThat(after.request()).isEqualTo(next);
    assertThat(Files.readString(folder.resolve("certificate.pem"))).isEqualTo(chain);
    assertThat(folder.resolve("certificate.next.pem")).doesNotExist();
  }

  private IdentityFolder enrolled() throws Exception {
    IdentityFolder identity = new IdentityFolder(folder);
    String chain = ca.signDevice(identity.request(), "dev-000000000000000000000000");
    identity.keepEnrolled(chain, ca.rootKey(), "document");
    return identity;
  }
}
