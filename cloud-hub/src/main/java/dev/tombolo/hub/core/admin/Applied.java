package dev.tombolo.hub.core.admin;

import dev.tombolo.protocol.id.Name;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an `apply` changed, or would change.
///
/// @param warnings what does not work as it is written, and did not before; with counts
public record Applied(List<ObjectChange> objects, Reach reach, List<String> warnings) {
  public Applied {
    objects = List.copyOf(objects);
    warnings = List.copyOf(warnings);
  }

  /// What became of an object.
  public enum Action {
    CREATED,
    CHANGED,
    UNCHANGED,
    REMOVED;

    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /// @param generation after the change; of a removed one its last
  /// @param fields those that changed, by path
  public record ObjectChange(
      String object, Action action, long generation, List<FieldChange> fields) {
    public ObjectChange {
      fields = List.copyOf(fields);
    }

    public String line() {
      return object + " " + action.word();
    }
  }

  /// @param path like `parameters.people-embedding.port`
  /// @param before null when it was not there
  /// @param after null when it is there no longer
  public record FieldChange(String path, @Nullable String before, @Nullable String after) {}

  /// Which devices get another document.
  ///
  /// @param looked devices that the change could reach; -1 when nobody looked
  /// @param changed devices that get another document for it
  public record Reach(long looked, long changed, List<SettingReach> settings) {
    public static final Reach UNKNOWN = new Reach(-1, 0, List.of());

    public Reach {
      settings = List.copyOf(settings);
    }
  }

  /// How many devices get another value of one setting.
  ///
  /// @param application null: the setting is the place's own
  /// @param setting `release` or `parameters.NAME`; of a place `timeZone`, `windows.switch` ...
  /// @param first the slots of a few of them
  public record SettingReach(
      @Nullable Name application, String setting, long devices, List<String> first) {
    public SettingReach {
      first = List.copyOf(first);
    }
  }
}
