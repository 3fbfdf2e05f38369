package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/// Where release files lie, each under the SHA-256 of its content. Safe from any thread.
public interface FileDepot {
  /// Bytes; empty when the depot does not hold the file.
  OptionalLong sizeOf(Digest digest);

  /// Its content, to be closed; empty when the depot does not hold the file.
  Optional<InputStream> open(Digest digest) throws IOException;

  /// Takes a file in, whole or not at all. Empty when the depot holds it now, else why not: its
  /// content has another digest, or there is no room.
  ///
  /// @throws IOException when reading the content or writing it fails
  Optional<Reason> take(Digest digest, InputStream content) throws IOException;
}
