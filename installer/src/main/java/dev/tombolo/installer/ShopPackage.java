package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// The archive that a shop downloads, and the list of digests beside it.
final class ShopPackage {
  static final String NAME = "tombolo-agent-linux-x86_64.tar.gz";
  static final String DIGESTS = "SHA256SUMS";

  private ShopPackage() {}

  /// Packs a distribution; the same distribution gives the same bytes.
  ///
  /// @return the folder with the package and its `SHA256SUMS`
  static Path make(Path home, Path target) throws IOException {
    Path folder = target.resolve("packages");
    Files.createDirectories(folder);
    Path packed = folder.resolve(NAME);
    Path made = target.resolve(NAME + ".new");
    Tool.run(
        target,
        Map.of("GZIP", "", "LC_ALL", "C"),
        List.of(
            "tar",
            "--create",
            "--sort=name",
            "--format=ustar",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--mode=u+rw,go+r-w,a+X",
            "--use-compress-program=gzip -n -6",
            "--file=" + made.toAbsolutePath(),
            home.getFileName().toString()));
    Files.move(made, packed, StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(folder.resolve(DIGESTS), Fingerprint.of(packed) + "  " + NAME + "\n");
    return folder;
  }
}
