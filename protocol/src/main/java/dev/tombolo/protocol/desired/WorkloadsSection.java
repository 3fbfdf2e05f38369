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
  /// @param overrules what this release was assigned over; null: nothing, or not said
  public record Selection(
      Name name,
      Digest release,
      String version,
      Map<String, String> parameters,
      @Nullable Gate gate,
      @Nullable Overruled overrules) {
    public Selection {
      parameters = Map.copyOf(parameters);
    }

    public Selection(
        Name name,
        Digest release,
        String version,
        Map<String, String> parameters,
        @Nullable Gate gate) {
      this(name, release, version, parameters, gate, null);
    }

    /// Without a gate.
    public Selection(Name name, Digest release, String version, Map<String, String> parameters) {
      this(name, release, version, parameters, null);
    }

    public boolean isGated() {
      return gate != null;
    }

    public Selection overruling(@Nullable Overruled its) {
      return new Selection(name, release, version, parameters, gate, its);
    }

    /// Without what is said for `why` only.
    Selection plain() {
      return new Selection(
          name, release, version, parameters, gate == null ? null : gate.ofWave(""), null);
    }
  }

  /// A rollout that has the device in it and does not count there, for the device's `why`.
  ///
  /// @param version that the rollout would bring
  /// @param layer where the release was assigned that counts: `site/store-117`
  public record Overruled(Name rollout, String version, String layer) {}

  /// For an agent that does not know [Features#WHY].
  public WorkloadsSection plain() {
    return new WorkloadsSection(applications.stream().map(Selection::plain).toList());
  }

  /// What a device must understand to act on this section rightly.
  public List<String> requires() {
    return applications.stream().anyMatch(Selection::isGated)
        ? List.of(Features.PERMITS)
        : List.of();
  }
}
