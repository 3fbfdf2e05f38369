package dev.tombolo.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.Openssl;
import dev.tombolo.protocol.codec.MalformedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519KeysTest {
  @TempDir Path folder;

  /// RFC 8032 s. 7.1, test 1.
  @Test
  void derivesThePublicKeyOfTheRfc() {
    byte[] seed =
        HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    byte[] der = Ed25519Keys.ofSeed(seed).getPublic().getEncoded();
    assertThat(HexFormat.of().formatHex(der))
        .endsWith("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  }

  @Test
  void opensslReadsOurFilesAndDerivesTheSamePublicKey() throws Exception {
    KeyPair key = Ed25519Keys.generate(new SecureRandom());
    Files.writeString(folder.resolve("key.pem"), Ed25519Keys.privatePem(key.getPrivate()));
    assertThat(new Openssl(folder).run("pkey", "-in", "key.pem", "-pubout").output())
        .isEqualTo(Ed25519Keys.publicPem(key.getPublic()));
  }

  @Test
  void readsTheFilesOfOpenssl() throws Exception {
    Openssl openssl = new Openssl(folder);
    openssl.run("genpkey", "-algorithm", "ed25519", "-out", "key.pem");
    openssl.run("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem");
    KeyPair key = Ed25519Keys.readPrivatePem(Files.readString(folder.resolve("key.pem")));
    assertThat(key.getPublic())
        .isEqualTo(Ed25519Keys.readPublicPem(Files.readString(folder.resolve("public.pem"))));
  }

  @Test
  void keysDiffer() {
    SecureRandom random = new SecureRandom();
    assertThat(Ed25519Keys.keyid(Ed25519Keys.generate(random).getPublic()))
        .isNotEqualTo(Ed25519Keys.keyid(Ed25519Keys.generate(random).getPublic()))
        .startsWith("sha256:")
        .hasSize(71);
  }

  @Test
  void refusesKeysOfOtherKinds() {
    Openssl openssl = new Openssl(folder);
    for (String algorithm : new String[] {"x25519", "ed448"}) {
      openssl.run("genpkey", "-algorithm", algorithm, "-out", "key.pem");
      assertThatThrownBy(
              () -> Ed25519Keys.readPrivatePem(Files.readString(folder.resolve("key.pem"))))
          .isInstanceOf(MalformedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no key",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
      })
  void refusesWhatIsNoKey(String pem) {
    assertThatThrownBy(() -> Ed25519Keys.readPrivatePem(pem))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(() -> Ed25519Keys.readPublicPem(pem)).isInstanceOf(MalformedException.class);
  }
}
