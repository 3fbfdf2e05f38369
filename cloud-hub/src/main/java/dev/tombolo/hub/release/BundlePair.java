package dev.tombolo.hub.release;

import dev.tombolo.protocol.id.Digest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which change a bundle makes: from one variant of a release, or from nothing, to one of another.
public record BundlePair(Side target, Optional<Side> base) {

  /// The files of one variant of a release.
  ///
  /// @param variant counted from 0, as in the release
  public record Side(Digest release, int variant) {
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{64})\\.(\\d{1,2})");

    /// `HEX.VARIANT`, the reverse of [#toString].
    ///
    /// @throws IllegalArgumentException when it is none
    public static Side parse(String text) {
      Matcher side = TEXT.matcher(text);
      if (!side.matches()) {
        throw new IllegalArgumentException(
            "'" + text + "' is no variant of a release; write 64 hex digits, a dot and its number");
      }
      return new Side(Digest.ofHex(side.group(1)), Integer.parseInt(side.group(2)));
    }

    @Override
    public String toString() {
      return release.hex() + "." + variant;
    }
  }

  public static BundlePair fromNothing(Side target) {
    return new BundlePair(target, Optional.empty());
  }
}
