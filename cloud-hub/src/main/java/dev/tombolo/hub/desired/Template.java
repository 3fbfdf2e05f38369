package dev.tombolo.hub.desired;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values with the names and labels of their place in them: `${site.name}`, `${site.labels.X}`,
/// `${fleet.name}`, `${slot.name}` (or `${device.name}`), `${device.labels.X}` (or
/// `${slot.labels.X}`). `$${` stands for `${` itself.
public final class Template {
  private static final String SITE_LABELS = "site.labels.";
  private static final String DEVICE_LABELS = "device.labels.";
  private static final String SLOT_LABELS = "slot.labels.";

  /// What may stand in the braces; labels end with the label's name.
  public static final List<String> VARIABLES =
      List.of(
          "fleet.name",
          "site.name",
          "slot.name",
          "device.name",
          SITE_LABELS,
          DEVICE_LABELS,
          SLOT_LABELS);

  private Template() {}

  /// What came of filling one in.
  ///
  /// @param text with all that is known filled in
  /// @param missing the first label that the place does not have; null when it has all
  public record Filled(String text, @Nullable String missing) {}

  /// Whether anything would be filled in, or unescaped.
  public static boolean isOne(String text) {
    return text.contains("${");
  }

  /// Whether any of the values is one.
  public static boolean isAmong(Collection<String> values) {
    for (String value : values) {
      if (isOne(value)) {
        return true;
      }
    }
    return false;
  }

  /// The first variable that there is not, or that does not end; null when all is well.
  public static @Nullable String unknownIn(String text) {
    int at = text.indexOf("${");
    while (at >= 0) {
      if (!isEscaped(text, at)) {
        int end = text.indexOf('}', at);
        if (end < 0) {
          return text.substring(at + 2);
        }
        String variable = text.substring(at + 2, end);
        if (!isKnown(variable)) {
          return variable;
        }
      }
      at = text.indexOf("${", at + 2);
    }
    return null;
  }

  private static boolean isKnown(String variable) {
    for (String known : VARIABLES) {
      boolean isLabels = known.endsWith(".");
      if (isLabels
          ? variable.startsWith(known) && variable.length() > known.length()
          : variable.equals(known)) {
        return true;
      }
    }
    return false;
  }

  /// A variable that there is not stays as it is written: whoever wrote it before templates were
  /// known meant just that.
  public static Filled fill(String text, PlaceFacts place) {
    int at = text.indexOf("${");
    if (at < 0) {
      return new Filled(text, null);
    }
    StringBuilder filled = new StringBuilder(text.length() + 16);
    String missing = null;
    int done = 0;
    while (at >= 0) {
      int end = text.indexOf('}', at);
      if (isEscaped(text, at)) {
        filled.append(text, done, at - 1).append("${");
        done = at + 2;
      } else if (end >= 0 && isKnown(text.substring(at + 2, end))) {
        String variable = text.substring(at + 2, end);
        String value = valueOf(variable, place);
        missing = missing == null && value == null ? variable : missing;
        filled.append(text, done, at).append(value == null ? "" : value);
        done = end + 1;
      }
      at = text.indexOf("${", Math.max(done, at + 2));
    }
    return new Filled(filled.append(text, done, text.length()).toString(), missing);
  }

  private static boolean isEscaped(String text, int at) {
    return at > 0 && text.charAt(at - 1) == '$';
  }

  private static @Nullable String valueOf(String variable, PlaceFacts place) {
    return switch (variable) {
      case "fleet.name" -> place.fleet().text();
      case "site.name" -> place.slot().site().text();
      case "slot.name", "device.name" -> place.slot().slot().text();
      default ->
          variable.startsWith(SITE_LABELS)
              ? label(place.siteLabels(), variable, SITE_LABELS)
              : variable.startsWith(DEVICE_LABELS)
                  ? label(place.slotLabels(), variable, DEVICE_LABELS)
                  : label(place.slotLabels(), variable, SLOT_LABELS);
    };
  }

  private static @Nullable String label(
      Map<String, String> labels, String variable, String prefix) {
    return labels.get(variable.substring(prefix.length()));
  }
}
