package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which signed releases the device should run, and the values of their typed parameters. It
/// selects; what executes is only ever in the releases.
public record WorkloadsSection(List<Selection> applications) {
  /// Fields that would say what is executed, and how, had they a place here. A reader refuses a
  /// section that has one, where it leaves other fields alone that it does not know: whoever sends
  /// it believes that the device would obey.
  public static final Set<String> SIGNED_ONLY =
      Set.of(
          "argv",
          "command",
          "devices",
          "env",
          "files",
          "image",
          "mounts",
          "probes",
          "reload",
          "variants",
          "workload");

  public WorkloadsSection {
    applications = List.copyOf(applications);
  }

  /// @param release digest of the release manifest's payload bytes, whose envelope is the section
  ///   `release/{name}`
  /// @param parameters values as text; the device checks them against the types the release
  ///   declares
  /// @param gate null: the device may switch when it likes
  public record Selection(
      Name name,
      Digest release,
      String version,
      Map<String, String> parameters,
      @Nullable Gate gate) {
    public Selection {
      parameters = Map.copyOf(parameters);
    }

    /// Without a gate.
    public Selection(Name name, Digest release, String version, Map<String, String> parameters) {
      this(name, release, version, parameters, null);
    }

    public boolean isGated() {
      return gate != null;
    }
  }

  /// What a device must understand to act on this section rightly.
  public List<String> requires() {
    return applications.stream().anyMatch(Selection::isGated)
        ? List.of(Features.PERMITS)
        : List.of();
  }
}
