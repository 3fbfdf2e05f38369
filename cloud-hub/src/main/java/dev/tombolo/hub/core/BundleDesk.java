package dev.tombolo.hub.core;

import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.BundleOffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where bundles are asked for. Safe from any thread; never waits.
public interface BundleDesk {

  /// What a device that wants a bundle is told.
  sealed interface Offer {
    record Made(BundleOffer bundle) implements Offer {}

    /// It is being made, or will be soon.
    record Awaited(int retryAfterSeconds) implements Offer {}

    /// There would be, and devices have to take more than they should.
    record Missing(String detail) implements Offer {}

    /// None would be smaller than the files.
    record NotWorth() implements Offer {}
  }

  /// How a bundle stands.
  enum Standing {
    MADE,
    MAKING,
    WAITING,
    FAILED,
    /// Making it showed that it saves nothing.
    NOT_WORTH
  }

  /// For operators.
  ///
  /// @param bytes of the bundle; 0 while there is none
  /// @param plainBytes of the files it makes, 0 where that is not known
  /// @param usedMillis when it was last asked for, given or made
  record Row(
      BundlePair pair,
      Standing standing,
      Optional<Digest> bundle,
      long bytes,
      long plainBytes,
      long usedMillis,
      String detail) {}

  /// The bundle for a change. One that is not there and can be is made from now on.
  ///
  /// @param asker which may wait for a few at a time; empty: an operator
  Offer offer(BundlePair pair, Optional<DeviceId> asker);

  /// The changes that the file called `bundle` makes; empty when it is not there.
  Set<BundlePair> pairsOf(Digest bundle);

  /// To be given to somebody, which counts as a use of it.
  Optional<Path> find(Digest bundle);

  /// Those there and those to come.
  List<Row> rows();
}
