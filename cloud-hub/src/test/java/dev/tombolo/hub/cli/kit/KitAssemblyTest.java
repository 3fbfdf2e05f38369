package dev.tombolo.hub.cli.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tombolo.hub.http.api.KitDocument;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.hub.http.api.KitWritten;
import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.kit.KitReader;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.kit.KitSamples;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KitAssemblyTest {
  private static final byte[] MODEL = KitSamples.fileOf(200_000);
  private static final Optional<char[]> WORDS = Optional.of(KitSamples.PASSPHRASE.toCharArray());

  @TempDir Path folder;

  private static KitMade made() {
    return new KitMade(
        KitSamples.ID,
        1_767_225_700_000L,
        GoldenFiles.HISTORY.epoch(),
        GoldenFiles.HISTORY.id(),
        "production-fleet",
        "store-117",
        GoldenFiles.resource("/trust/document.pem"),
        List.of(
            new KitDocument(
                "store-117/counter-1",
                GoldenFiles.DEVICE.text(),
                7,
                1_767_225_600_000L,
                Json.write(GoldenFiles.MANIFEST_ENVELOPE),
                List.of(
                    GoldenFiles.resource("/trust/device.pem")
                        + GoldenFiles.resource("/trust/ca.pem")))),
        GoldenFiles.SECTIONS.stream().map(Section::text).toList(),
        List.of(new KitFile(Digest.of(MODEL).hex(), MODEL.length)),
        List.of());
  }

  private static KitAssembly.Depot depot(byte[] content) {
    return digest -> new ByteArrayInputStream(content);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException, KitException {
    Path out = folder.resolve("store-117.kit");
    long[] progress = {0};
    KitAssembly assembly = KitAssembly.of(made(), WORDS);

    KitWritten written = assembly.write(out, depot(MODEL), bytes -> progress[0] += bytes);

    assertThat(written.whole()).isTrue();
    assertThat(KitAssembly.inspect(out)).isEqualTo(written);
    assertThat(written.sealedTo()).isEqualTo("passphrase");
    assertThat(progress[0]).isEqualTo(assembly.contentBytes() - KitRecord.HEAD_BYTES);
    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(Files.readAllBytes(out)));
    KitLock.OfPassphrase lock = (KitLock.OfPassphrase) reader.header().locks().getFirst();
    reader.unlock(KitKey.open(lock, WORDS.orElseThrow(), KitSamples.ID).orElseThrow());
    List<KitRecord.Kind> kinds = new ArrayList<>();
    KitRecord record;
    do {
      record = reader.next();
      kinds.add(record.kind());
    } while (record.kind() != KitRecord.Kind.END);
    assertThat(kinds)
        .startsWith(KitRecord.Kind.DOCUMENT, KitRecord.Kind.SECTION)
        .endsWith(KitRecord.Kind.FILE, KitRecord.Kind.END);
  }

  @Test
  void withoutAPassphraseEachKeyOfADeviceHasItsLock() throws IOException {
    Path out = folder.resolve("store-117.kit");

    KitWritten written =
        KitAssembly.of(made(), Optional.empty()).write(out, depot(MODEL), bytes -> {});

    assertThat(written.sealedTo()).isEqualTo("devices");
    assertThat(written.slots())
        .containsExactly(
            new KitWritten.Slot(
                "store-117/counter-1", GoldenFiles.DEVICE.text(), 7, 1_767_225_600_000L));
  }

  @Test
  void aKitThatIsCutOffIsSeenWithoutAKey() throws IOException {
    Path out = folder.resolve("store-117.kit");
    KitAssembly.of(made(), WORDS).write(out, depot(MODEL), bytes -> {});
    byte[] whole = Files.readAllBytes(out);

    Files.write(out, Arrays.copyOf(whole, whole.length - 1));

    assertThat(KitAssembly.inspect(out).whole()).isFalse();
  }

  @Test
  void aFileThatIsDamagedOrCutOffAtTheHubMakesNoKitAndLeavesTheOldOne() throws IOException {
    Path out = folder.resolve("store-117.kit");
    Files.writeString(out, "the old one");
    byte[] damaged = MODEL.clone();
    damaged[5] ^= 1;

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> KitAssembly.of(made(), WORDS).write(out, depot(damaged), bytes -> {}))
        .withMessageContaining("is damaged at the hub");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                KitAssembly.of(made(), WORDS)
                    .write(out, depot(Arrays.copyOf(MODEL, 100)), bytes -> {}))
        .withMessageContaining("broke");

    assertThat(out).hasContent("the old one");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(out);
    }
  }
}
