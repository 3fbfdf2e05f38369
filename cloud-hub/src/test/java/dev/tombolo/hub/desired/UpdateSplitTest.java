package dev.tombolo.hub.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UpdateSplitTest {
  private static final Envelope ENVELOPE =
      new Envelope("type", "x".repeat(16_000), List.of(new Envelope.Signature("key", "sig")));

  @Test
  void withNothingLackingTheManifestGoesAlone() {
    RenderedSection section = RenderedSection.of("a", "text");

    List<DesiredUpdate> updates =
        UpdateSplit.split(
            ENVELOPE,
            new Rendering(List.of(section), List.of(), List.of()),
            Set.of(section.digest()),
            null);

    assertThat(updates).containsExactly(new DesiredUpdate(ENVELOPE, List.of(), null));
  }

  @Test
  void theCertificateGoesOnce() {
    List<DesiredUpdate> updates =
        UpdateSplit.split(
            ENVELOPE,
            new Rendering(
                List.of(text("a", 120_000), text("b", 120_000), text("c", 60_000)),
                List.of(),
                List.of()),
            Set.of(),
            "PEM");

    assertThat(updates).hasSize(2);
    assertThat(updates.getFirst().documentCertificate()).isEqualTo("PEM");
    assertThat(updates.getLast().documentCertificate()).isNull();
  }

  @Test
  void whateverTheSectionsEachPacketFitsAndNothingIsLost() {
    Random random = new Random(7);
    for (int round = 0; round < 40; round++) {
      List<RenderedSection> sections = new ArrayList<>();
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        RenderedSection section = RenderedSection.of("s" + i, any(random, random.nextInt(100_000)));
        if (SectionBounds.check(section) == null) {
          sections.add(section);
        }
      }

      List<DesiredUpdate> updates =
          UpdateSplit.split(
              ENVELOPE, new Rendering(sections, List.of(), List.of()), Set.of(), null);

      List<String> names = new ArrayList<>();
      for (DesiredUpdate update : updates) {
        assertThat(Json.write(update).getBytes(StandardCharsets.UTF_8).length)
            .as("round %s", round)
            .isLessThanOrEqualTo(Limits.PACKET_BYTES_MAX - 1_000);
        update.sections().forEach(section -> names.add(section.name()));
      }
      assertThat(names).hasSameSizeAs(sections);
    }
  }

  private static RenderedSection text(String name, int chars) {
    return RenderedSection.of(name, "x".repeat(chars));
  }

  private static String any(Random random, int chars) {
    String alphabet = "ab\"\\\nü€";
    StringBuilder text = new StringBuilder(chars);
    for (int i = 0; i < chars; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
