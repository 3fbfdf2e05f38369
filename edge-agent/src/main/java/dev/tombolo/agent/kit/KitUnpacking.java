package dev.tombolo.agent.kit;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Makes files from a bundle that a kit brought.
@FunctionalInterface
public interface KitUnpacking {
  /// What came of it.
  sealed interface Outcome {
    record Made() implements Outcome {}

    /// The base is not what the bundle was made for.
    record BaseDamaged() implements Outcome {}

    record Refused(String why) implements Outcome {}
  }

  /// @param base the folder of a release; null when the bundle needs none
  /// @param out a folder to be made, with each file under the hex of the SHA-256 it was found to
  ///   have
  /// @param bytes of the files of the release: a bundle that makes others is refused
  Outcome unpack(@Nullable Path base, Path bundle, Path out, long bytes) throws IOException;
}
