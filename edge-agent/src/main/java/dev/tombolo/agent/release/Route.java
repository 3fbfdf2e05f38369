package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.Optional;

/// How the files of a wanted release come here. Persisted with the state, so that a way that led
/// nowhere is not gone again after a restart.
///
/// ```
///   Asking (from what is live) --> ByBundle -----.
///      |  none, or of no use           | no use  |
///      v                               v         |
///   Asking (from nothing) -------> ByBundle -----+--> all files are in the store
///      |  none, or of no use           | no use  |
///      v                               v         |
///   ByFiles -------------------------------------'
/// ```
///
/// Each way down has a `cause`, which is told: a download never grows in silence.
public sealed interface Route {

  /// Why more comes than could; empty when nothing less was possible.
  Optional<Reason> cause();

  /// The hub is to be asked which bundle there is.
  ///
  /// @param fromLive one that builds on what is live here
  record Asking(boolean fromLive, Optional<Reason> cause) implements Route {}

  /// This bundle is fetched, then applied.
  ///
  /// @param base the release it builds on; empty: none
  record ByBundle(Digest bundle, long bytes, Optional<Digest> base, Optional<Reason> cause)
      implements Route {

    /// As one file to fetch.
    public Variant.File file() {
      return new Variant.File("bundle", bytes, bundle, false);
    }
  }

  /// File by file, as they stand in the release.
  record ByFiles(Optional<Reason> cause) implements Route {}

  /// Where it begins.
  static Route begin(Assignment wanted, Optional<Assignment> live) {
    boolean fromLive = live.filter(it -> !it.release().equals(wanted.release())).isPresent();
    Optional<Reason> cause =
        live.filter(wanted::sharesFolder)
            .map(it -> new Reason.BundleMissing("another variant of it is live here"));
    return new Asking(fromLive, cause);
  }

  /// The next way, after this one came to nothing. The first cause is the one that counts.
  default Route down(Optional<Reason> why) {
    Optional<Reason> first = cause().or(() -> why);
    return switch (this) {
      case Asking(var fromLive, var _) -> fromLive ? new Asking(false, first) : new ByFiles(first);
      case ByBundle(var _, var _, var base, var _) ->
          base.isPresent() ? new Asking(false, first) : new ByFiles(first);
      case ByFiles at -> at;
    };
  }
}
