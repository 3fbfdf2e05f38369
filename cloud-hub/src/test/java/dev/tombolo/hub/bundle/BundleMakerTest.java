package dev.tombolo.hub.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleMakerTest {
  private static final String HOME = "tombolo.home";

  @TempDir private Path folder;
  private final String before = System.getProperty(HOME, "");

  @AfterEach
  void putBack() {
    if (before.isEmpty()) {
      System.clearProperty(HOME);
    } else {
      System.setProperty(HOME, before);
    }
  }

  /// Java says that it does not use it, where the answer is expected.
  @Test
  void anArchiveOfClassesThatIsOfNoUseHoldsUpNoBundle() throws Exception {
    Files.writeString(folder.resolve("app.jsa"), "of another installation");
    System.setProperty(HOME, folder.toString());
    Path target = Files.writeString(folder.resolve("target"), "words ".repeat(50_000));
    Path bundle = folder.resolve("bundle");

    BundleMaker.Made made =
        new BundleMaker()
            .make(Optional.empty(), target, bundle, folder.resolve("errors"), Files.size(target));

    assertThat(made.plainBytes()).isEqualTo(Files.size(target));
    assertThat(made.bytes()).isEqualTo(Files.size(bundle));
  }
}
