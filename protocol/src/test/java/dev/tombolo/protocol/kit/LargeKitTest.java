package dev.tombolo.protocol.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.id.Digest;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kits beyond 2 and 4 GiB, of which only a few chunks are ever made: where all lengths and places
/// are told by numbers of 64 bits, their number does not matter.
class LargeKitTest {
  private static final byte[] BODY = KitSamples.fileOf(2 * KitFormat.CHUNK_BYTES);

  private final KitKey key = KitKey.draw(new SecureRandom());

  /// The last chunk is short, so that it is another one than those before it.
  @ParameterizedTest
  @ValueSource(longs = {(1L << 31) + 100, (1L << 32) + 100, 5L << 30, KitFormat.CONTENT_BYTES_MAX})
  void aChunkBeyondIsSealedAndOpenedByItsOwnNumber(long contentBytes) throws Exception {
    KitChunks chunks = key.chunks(new byte[2], contentBytes);
    long last = chunks.count() - 1;
    byte[] sealed = new byte[KitFormat.SEALED_CHUNK_BYTES];
    byte[] opened = new byte[KitFormat.CHUNK_BYTES];

    assertThat(last).isEqualTo((contentBytes - 1) / KitFormat.CHUNK_BYTES);
    assertThat(chunks.plainBytes(last - 1)).isEqualTo(KitFormat.CHUNK_BYTES);
    assertThat(chunks.plainBytes(last))
        .isEqualTo((int) (contentBytes - last * KitFormat.CHUNK_BYTES));
    for (long chunk : new long[] {0, 1L << 15, last - 1, last}) {
      chunks.seal(chunk, BODY, sealed);
      assertThat(chunks.open(chunk, sealed, opened)).isTrue();
      int length = chunks.plainBytes(chunk);
      assertThat(Arrays.mismatch(opened, 0, length, BODY, 0, length)).isNegative();
      assertThat(chunks.open(chunk == 0 ? 1 : chunk - 1, sealed, opened)).isFalse();
    }
  }

  /// As an int, the rest of its body would be negative, or nothing.
  @ParameterizedTest
  @ValueSource(longs = {3L << 30, 1L << 32, 5L << 30})
  void theBodyOfAFileBeyondIsReadFromItsBeginning(long bytes) throws KitException {
    KitHeader header = header(2 * KitWriter.contentBytes(0) + bytes);
    ByteArrayOutputStream kit = new ByteArrayOutputStream();
    KitWriter<RuntimeException> writer =
        KitWriter.begin(header, key, (part, count) -> kit.write(part, 0, count));
    Digest digest = Digest.ofText("never reached");
    writer.record(new KitRecord(KitRecord.Kind.FILE, bytes, digest));
    writer.body(BODY, BODY.length);

    KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(kit.toByteArray()));
    reader.unlock(key);
    KitRecord record = reader.next();
    byte[] got = new byte[1000];

    assertThat(record).isEqualTo(new KitRecord(KitRecord.Kind.FILE, bytes, digest));
    assertThat(reader.body(got, got.length)).isEqualTo(got.length);
    assertThat(got).isEqualTo(Arrays.copyOf(BODY, got.length));
    // Also without its body, which is looked for to its end.
    assertThatExceptionOfType(KitException.class)
        .isThrownBy(reader::next)
        .withMessage("it is cut off: it ends at byte " + kit.size() + " of " + reader.fileBytes());
    assertThat(reader.fileBytes())
        .isEqualTo(
            reader.position()
                + (header.contentBytes() - 2L * KitFormat.CHUNK_BYTES)
                + (KitFormat.chunks(header.contentBytes()) - 2) * KitFormat.TAG_BYTES);
  }

  private KitHeader header(long contentBytes) {
    KitLock lock =
        key.lockTo(
            GoldenFiles.DEVICE,
            KitSamples.deviceKey().getPublic(),
            KitSamples.ID,
            new SecureRandom());
    KitHeader usual = KitSamples.header(List.of(lock), List.of());
    return new KitHeader(
        usual.id(),
        usual.createdMillis(),
        usual.history(),
        usual.fleet(),
        usual.site(),
        usual.slots(),
        usual.locks(),
        contentBytes);
  }
}
