package dev.tombolo.hub.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
  private static final byte[] CONTENT = "the model".getBytes(StandardCharsets.UTF_8);
  private static final Digest DIGEST = Digest.of(CONTENT);

  @TempDir Path folder;

  @Test
  void fileLiesUnderItsDigest() throws Exception {
    ContentStore store = ContentStore.open(folder, 1_000);

    Optional<Reason> refused = store.take(DIGEST, new ByteArrayInputStream(CONTENT));

    assertThat(refused).isEmpty();
    assertThat(store.find(DIGEST))
        .contains(folder.resolve(DIGEST.hex().substring(0, 2)).resolve(DIGEST.hex()));
    assertThat(store.sizeOf(DIGEST)).hasValue(CONTENT.length);
    assertThat(store.bytesHeld()).isEqualTo(CONTENT.length);
  }

  @Test
  void fileWithAnotherDigestLeavesNothingBehind() throws Exception {
    ContentStore store = ContentStore.open(folder, 1_000);
    Digest wanted = Digest.ofText("another");

    Optional<Reason> refused = store.take(wanted, new ByteArrayInputStream(CONTENT));

    assertThat(refused.orElseThrow()).isInstanceOf(Reason.DigestMismatch.class);
    assertThat(store.find(wanted)).isEmpty();
    assertThat(store.bytesHeld()).isZero();
    assertThat(filesIn(folder)).isZero();
  }

  @Test
  void quotaIsNamedAndLeavesNothingBehind() throws Exception {
    ContentStore store = ContentStore.open(folder, CONTENT.length - 1);

    Optional<Reason> refused = store.take(DIGEST, new ByteArrayInputStream(CONTENT));

    assertThat(refused)
        .contains(new Reason.LimitExceeded("filesMax", CONTENT.length - 1, CONTENT.length));
    assertThat(filesIn(folder)).isZero();
  }

  @Test
  void brokenUploadLeavesNothingBehind() throws Exception {
    ContentStore store = ContentStore.open(folder, 1_000);
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("line broke");
          }
        };

    assertThatThrownBy(() -> store.take(DIGEST, broken)).hasMessage("line broke");

    assertThat(filesIn(folder)).isZero();
    assertThat(store.bytesHeld()).isZero();
  }

  @Test
  void fullDiskIsARefusalAndNotAFailure() throws Exception {
    ContentStore store = ContentStore.open(folder, 1_000);
    InputStream full =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("No space left on device");
          }
        };

    assertThat(store.take(DIGEST, full).orElseThrow()).isInstanceOf(Reason.DiskFull.class);
  }

  @Test
  void anUploadThatBreaksLeavesNothing() throws IOException {
    ContentStore store = ContentStore.open(folder, 1_000_000);
    InputStream broken =
        new InputStream() {
          private int left = 1_000;

          @Override
          public int read() {
            if (left-- == 0) {
              throw new IllegalStateException("the line broke");
            }
            return 1;
          }
        };

    assertThatThrownBy(() -> store.put(Digest.ofText("a"), broken))
        .isInstanceOf(IllegalStateException.class);

    assertThat(store.bytesHeld()).isZero();
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void restartForgetsHalfFilesAndCountsWholeOnes() throws Exception {
    ContentStore.open(folder, 1_000).take(DIGEST, new ByteArrayInputStream(CONTENT));
    Files.writeString(folder.resolve("incoming/half"), "half");

    ContentStore again = ContentStore.open(folder, 1_000);

    assertThat(again.bytesHeld()).isEqualTo(CONTENT.length);
    assertThat(filesIn(folder)).isEqualTo(1);
    assertThat(again.take(DIGEST, new ByteArrayInputStream(new byte[0]))).isEmpty();
  }

  private static long filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
