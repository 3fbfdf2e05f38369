package dev.tombolo.protocol.release;

import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a device offers a release.
///
/// @param os `linux`
/// @param architecture as `uname -m` says
/// @param runtimes names that the device's own configuration maps to folders
public record Platform(String os, String architecture, Set<String> runtimes) {
  public static final String ANY = "any";

  public Platform {
    runtimes = Set.copyOf(runtimes);
  }

  /// What came of choosing.
  public sealed interface Choice {}

  public record Chosen(Variant variant) implements Choice {}

  public record None(Reason.NoVariant reason) implements Choice {}

  /// The first variant that fits.
  public Choice choose(List<Variant> variants) {
    List<String> missing = new ArrayList<>();
    for (Variant variant : variants) {
      if (!variant.os().equals(os)
          || !(variant.architecture().equals(ANY) || variant.architecture().equals(architecture))) {
        continue;
      }
      if (runtimes.containsAll(variant.runtimes())) {
        return new Chosen(variant);
      }
      Set<String> lacking = new TreeSet<>(variant.runtimes());
      lacking.removeAll(runtimes);
      missing.addAll(lacking);
    }
    String detail =
        missing.isEmpty()
            ? "no variant is for this machine"
            : "the device lacks the runtime " + String.join(", ", missing);
    return new None(new Reason.NoVariant(os, architecture, detail));
  }
}
