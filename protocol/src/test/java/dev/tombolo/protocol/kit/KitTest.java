package dev.tombolo.protocol.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitSamples.Part;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KitTest {
  private static final KeyPair DEVICE_KEY = KitSamples.deviceKey();
  private static final List<Part> PARTS = KitSamples.usualParts();
  private static final byte[] KIT =
      KitSamples.kit(Map.of(GoldenFiles.DEVICE, DEVICE_KEY), "", PARTS);

  @Test
  void theGoldenKitOpensWithTheDevicesKey() throws KitException {
    byte[] golden = KitSamples.golden("store-117.kit");

    assertThat(texts(read(golden, KitSamples.goldenKey()))).isEqualTo(texts(PARTS));
  }

  @Test
  void theGoldenKitOpensWithItsPassphrase() throws KitException {
    byte[] golden = KitSamples.golden("store-117.kit");
    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(golden));
    KitLock.OfPassphrase lock = (KitLock.OfPassphrase) reader.header().locks().get(1);

    assertThat(KitKey.open(lock, "another horse battery".toCharArray(), KitSamples.ID)).isEmpty();
    reader.unlock(
        KitKey.open(lock, KitSamples.PASSPHRASE.toCharArray(), KitSamples.ID).orElseThrow());
    assertThat(texts(rest(reader))).isEqualTo(texts(PARTS));
  }

  /// `é` typed as one character or as two.
  @Test
  void aPassphraseIsTheSameHoweverItsLettersAreComposed() throws KitException {
    KitKey key = KitKey.draw(new SecureRandom());
    KitLock.OfPassphrase lock =
        key.lockTo(
            "caf\u00e9 du march\u00e9".toCharArray(),
            KitFormat.ROUNDS_MIN,
            KitSamples.ID,
            new SecureRandom());

    assertThat(KitKey.open(lock, "cafe\u0301 du marche\u0301".toCharArray(), KitSamples.ID))
        .isPresent();
  }

  @Test
  void anotherDevicesKeyOpensNothing() throws KitException {
    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(KIT));
    KitLock.OfDevice lock = (KitLock.OfDevice) reader.header().locks().getFirst();

    assertThat(KitKey.open(lock, KitSamples.deviceKey().getPrivate(), KitSamples.ID)).isEmpty();
    assertThat(KitKey.open(lock, DEVICE_KEY.getPrivate(), "kit-ffffffffffffffff")).isEmpty();
    KitLock.OfDevice renamed =
        new KitLock.OfDevice(DeviceId.ofKey(new byte[] {1}), lock.ephemeral(), lock.wrapped());
    assertThat(KitKey.open(renamed, DEVICE_KEY.getPrivate(), KitSamples.ID)).isEmpty();
  }

  @Test
  void aReaderStretchesNoPassphraseForHours() {
    for (int rounds : new int[] {-1, 0, KitFormat.ROUNDS_MIN - 1, KitFormat.ROUNDS_MAX + 1}) {
      KitLock.OfPassphrase lock =
          new KitLock.OfPassphrase("AAAAAAAAAAAAAAAAAAAAAA==", rounds, "AAAA");
      assertThatExceptionOfType(KitException.class)
          .isThrownBy(() -> KitKey.open(lock, "x".toCharArray(), KitSamples.ID))
          .withMessageContaining("rounds");
    }
  }

  @Test
  void aKitThatIsCutOffAnywhereIsRefusedAndSaysWhere() {
    int headerEnds = headerEnds(KIT);
    List<Integer> places =
        List.of(
            0,
            1,
            7,
            8,
            11,
            12,
            headerEnds - 1,
            headerEnds,
            headerEnds + 1,
            headerEnds + KitFormat.SEALED_CHUNK_BYTES - 1,
            headerEnds + KitFormat.SEALED_CHUNK_BYTES,
            headerEnds + KitFormat.SEALED_CHUNK_BYTES + 16,
            headerEnds + 2 * KitFormat.SEALED_CHUNK_BYTES,
            KIT.length - KitFormat.TAG_BYTES,
            KIT.length - 1);
    for (int place : places) {
      byte[] cut = Arrays.copyOf(KIT, place);
      assertThatExceptionOfType(KitException.class)
          .as("cut at %d", place)
          .isThrownBy(() -> read(cut, DEVICE_KEY.getPrivate()))
          .withMessageContaining(
              place >= headerEnds ? "ends at byte " + place + " of " + KIT.length : "it");
    }
  }

  @Test
  void aKitThatGoesOnIsRefused() {
    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(Arrays.copyOf(KIT, KIT.length + 1), DEVICE_KEY.getPrivate()))
        .withMessageContaining("goes on after its end at byte " + KIT.length);
  }

  /// Nothing is spare: what JSON would read the same is bound to the content, too.
  @Test
  void aByteThatIsChangedIsFoundWhereverItIs() {
    Random random = new Random(117);
    int headerEnds = headerEnds(KIT);
    for (int i = 0; i < 300; i++) {
      byte[] changed = KIT.clone();
      // Half of them in the header, which is a small part of it.
      int place = i % 2 == 0 ? random.nextInt(headerEnds) : random.nextInt(KIT.length);
      changed[place] ^= (byte) (1 << random.nextInt(8));
      assertThatExceptionOfType(Exception.class)
          .as("byte %d", place)
          .isThrownBy(() -> read(changed, DEVICE_KEY.getPrivate()));
    }
  }

  @Test
  void aDamagedChunkIsNamedByItsBytes() {
    byte[] changed = KIT.clone();
    int headerEnds = headerEnds(KIT);
    int second = headerEnds + KitFormat.SEALED_CHUNK_BYTES;
    changed[second + 100] ^= 1;

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(changed, DEVICE_KEY.getPrivate()))
        .withMessage(
            "it is damaged between byte "
                + second
                + " and "
                + (second + KitFormat.SEALED_CHUNK_BYTES));
  }

  @Test
  void chunksThatChangePlacesAreFound() {
    byte[] swapped = KIT.clone();
    int first = headerEnds(KIT);
    int second = first + KitFormat.SEALED_CHUNK_BYTES;
    System.arraycopy(KIT, first, swapped, second, KitFormat.SEALED_CHUNK_BYTES);
    System.arraycopy(KIT, second, swapped, first, KitFormat.SEALED_CHUNK_BYTES);

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(swapped, DEVICE_KEY.getPrivate()))
        .withMessageContaining("damaged");
  }

  /// The last chunk is sealed as the last: a shorter kit cannot be made of a longer one.
  @Test
  void aShorterContentCannotBeClaimed() throws KitException {
    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(KIT));
    KitHeader header = reader.header();
    KitHeader shorter =
        new KitHeader(
            header.id(),
            header.createdMillis(),
            header.history(),
            header.fleet(),
            header.site(),
            header.slots(),
            header.locks(),
            KitFormat.CHUNK_BYTES);
    byte[] forged =
        concat(
            start(shorter),
            Arrays.copyOfRange(
                KIT, headerEnds(KIT), headerEnds(KIT) + KitFormat.SEALED_CHUNK_BYTES));

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(forged, DEVICE_KEY.getPrivate()))
        .withMessageContaining("damaged");
  }

  @ParameterizedTest
  @CsvSource({"-1, 1, 0", "1, -1, 0", "1, 1, -1"})
  void aBundleWithLessThanNothingInItIsRefused(long bytes, long plainBytes, int variant)
      throws KitException {
    KitHeader header = KitReader.open(KitSamples.source(KIT)).header();
    Digest any = Digest.ofText("any");
    KitHeader forged =
        new KitHeader(
            header.id(),
            header.createdMillis(),
            header.history(),
            header.fleet(),
            header.site(),
            header.slots(),
            header.locks(),
            header.contentBytes(),
            List.of(new KitHeader.Bundle(any, bytes, plainBytes, any, variant, null)));

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(forged::check)
        .withMessageContaining("less than nothing");
  }

  @Test
  void recordsOutOfOrderAreRefused() {
    List<Part> parts = new ArrayList<>(PARTS);
    parts.addFirst(parts.removeLast());
    byte[] kit = KitSamples.kit(Map.of(GoldenFiles.DEVICE, DEVICE_KEY), "", parts);

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(kit, DEVICE_KEY.getPrivate()))
        .withMessageContaining("a document after a file");
  }

  @Test
  void aBodyThatIsNotWhatItsHeadSaysIsRefused() throws KitException {
    KitKey key = KitKey.draw(new SecureRandom());
    byte[] body = KitSamples.fileOf(1_000);
    byte[] other = body.clone();
    other[999] ^= 1;
    KitHeader header =
        KitSamples.header(
            List.of(
                key.lockTo(
                    GoldenFiles.DEVICE, DEVICE_KEY.getPublic(), KitSamples.ID, new SecureRandom())),
            List.of(Part.file(body)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    KitWriter<RuntimeException> writer =
        KitWriter.begin(header, key, (bytes, count) -> out.write(bytes, 0, count));
    writer.record(KitRecord.of(KitRecord.Kind.FILE, body));
    writer.body(other, other.length);
    writer.end();

    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> read(out.toByteArray(), DEVICE_KEY.getPrivate()))
        .withMessageContaining("digest");
  }

  private static List<Part> read(byte[] kit, PrivateKey key) throws KitException {
    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(kit));
    for (KitLock lock : reader.header().locks()) {
      if (lock instanceof KitLock.OfDevice ofDevice) {
        Optional<KitKey> opened = KitKey.open(ofDevice, key, reader.header().id());
        if (opened.isPresent()) {
          reader.unlock(opened.get());
          return rest(reader);
        }
      }
    }
    throw new KitException("it does not open");
  }

  private static List<Part> rest(KitReader<RuntimeException> reader) throws KitException {
    List<Part> parts = new ArrayList<>();
    byte[] buffer = new byte[1000];
    for (KitRecord record = reader.next();
        record.kind() != KitRecord.Kind.END;
        record = reader.next()) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      int got;
      while ((got = reader.body(buffer, buffer.length)) > 0) {
        body.write(buffer, 0, got);
      }
      parts.add(new Part(record.kind(), body.toByteArray()));
    }
    return parts;
  }

  private static List<String> texts(List<Part> parts) {
    return parts.stream()
        .map(part -> part.kind() + new String(part.body(), StandardCharsets.ISO_8859_1))
        .toList();
  }

  private static int headerEnds(byte[] kit) {
    try {
      return KitFormat.START_BYTES + KitFormat.headerBytes(kit);
    } catch (KitException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] start(KitHeader header) {
    byte[] text = Json.write(header).getBytes(StandardCharsets.UTF_8);
    return concat(KitFormat.start(text.length), text);
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
