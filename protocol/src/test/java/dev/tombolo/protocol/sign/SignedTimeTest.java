package dev.tombolo.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import org.junit.jupiter.api.Test;

class SignedTimeTest {
  private static final String NONCE = "0".repeat(32);
  private static final Digest ROOT = GoldenFiles.TOKEN.rootKey();

  @Test
  void theGoldenAnswerProvesItsTime() throws Exception {
    assertThat(SignedTime.check(golden(), NONCE, ROOT))
        .isEqualTo(new SignedTime.Proved(1_767_225_600_000L));
  }

  @Test
  void anAnswerToAnotherQuestionProvesNothing() throws Exception {
    assertThat(reason(golden(), "1".repeat(32), ROOT)).isInstanceOf(Reason.SignatureRefused.class);
  }

  @Test
  void anotherTimeThanSignedProvesNothing() throws Exception {
    TimeResponse sound = golden();
    TimeResponse later =
        new TimeResponse(sound.hubMillis() + 1, sound.signature(), sound.documentCertificate());

    assertThat(reason(later, NONCE, ROOT)).isInstanceOf(Reason.SignatureRefused.class);
  }

  @Test
  void aKeyOfAnotherCaProvesNothing() throws Exception {
    TimeResponse sound = golden();
    String foreign =
        GoldenFiles.resource("/trust/document-of-other-ca.pem")
            + GoldenFiles.resource("/trust/ca.pem");
    TimeResponse strange = new TimeResponse(sound.hubMillis(), sound.signature(), foreign);

    assertThat(reason(strange, NONCE, ROOT)).isInstanceOf(Reason.PinMismatch.class);
    assertThat(reason(sound, NONCE, Digest.ofText("another root")))
        .isInstanceOf(Reason.PinMismatch.class);
  }

  @Test
  void aDevicesKeyProvesNothing() throws Exception {
    TimeResponse sound = golden();
    String device =
        GoldenFiles.resource("/trust/device.pem") + GoldenFiles.resource("/trust/ca.pem");
    TimeResponse strange = new TimeResponse(sound.hubMillis(), sound.signature(), device);

    assertThat(reason(strange, NONCE, ROOT)).isInstanceOf(Reason.Malformed.class);
  }

  private static TimeResponse golden() throws MalformedException {
    return Json.read(TimeResponse.class, GoldenFiles.golden("time-response.json"), 8_000);
  }

  private static Reason reason(TimeResponse answer, String nonce, Digest root) {
    return ((SignedTime.Refused) SignedTime.check(answer, nonce, root)).reason();
  }
}
