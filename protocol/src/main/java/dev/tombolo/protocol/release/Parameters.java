package dev.tombolo.protocol.release;

import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Values for the typed parameters of a variant.
public final class Parameters {
  public static final int TEXT_CHARS_MAX_DEFAULT = 256;
  public static final int TEXT_CHARS_MAX = 4096;

  private Parameters() {}

  /// What came of filling the parameters.
  public sealed interface Outcome {}

  /// @param values one for each declared parameter, by name
  public record Filled(Map<String, String> values) implements Outcome {
    public Filled {
      values = Map.copyOf(values);
    }
  }

  public record Refused(List<Reason> reasons) implements Outcome {
    public Refused {
      reasons = List.copyOf(reasons);
    }
  }

  /// Takes each parameter's given value, or its fallback.
  public static Outcome fill(List<Variant.Parameter> declared, Map<String, String> given) {
    List<Reason> reasons = new ArrayList<>();
    Map<String, String> values = new TreeMap<>();
    Set<String> names = new HashSet<>();
    for (Variant.Parameter parameter : declared) {
      names.add(parameter.name());
      String value = given.getOrDefault(parameter.name(), parameter.fallback());
      if (value == null) {
        reasons.add(
            new Reason.ParameterInvalid(parameter.name(), "", "it has no value and no fallback"));
        continue;
      }
      Reason problem = problem(parameter, value);
      if (problem != null) {
        reasons.add(problem);
      } else {
        values.put(parameter.name(), value);
      }
    }
    for (String name : new TreeMap<>(given).keySet()) {
      if (!names.contains(name)) {
        reasons.add(
            new Reason.ParameterInvalid(
                Quoted.of(name),
                Quoted.of(given.getOrDefault(name, "")),
                "the release declares no such parameter"));
      }
    }
    return reasons.isEmpty() ? new Filled(values) : new Refused(reasons);
  }

  /// Null for a value the parameter allows.
  public static @Nullable Reason problem(Variant.Parameter parameter, String value) {
    String detail =
        switch (parameter.type()) {
          case BOOLEAN ->
              value.equals("true") || value.equals("false") ? null : "it must be true or false";
          case INTEGER -> integerDetail(parameter, value);
          case TEXT -> textDetail(parameter, value);
        };
    return detail == null
        ? null
        : new Reason.ParameterInvalid(parameter.name(), Quoted.of(value), detail);
  }

  private static @Nullable String integerDetail(Variant.Parameter parameter, String value) {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      return "it must be a whole number";
    }
    if (!Long.toString(number).equals(value)) {
      return "it must be a plain decimal number, like " + number;
    }
    Long min = parameter.min();
    Long max = parameter.max();
    if ((min != null && number < min) || (max != null && number > max)) {
      return "it must lie between "
          + (min == null ? "any" : min)
          + " and "
          + (max == null ? "any" : max);
    }
    return null;
  }

  private static @Nullable String textDetail(Variant.Parameter parameter, String value) {
    Long max = parameter.max();
    long bound = max == null ? TEXT_CHARS_MAX_DEFAULT : max;
    int length = value.codePointCount(0, value.length());
    if (length > bound) {
      return "it has " + length + " characters; at most " + bound;
    }
    Long min = parameter.min();
    if (min != null && length < min) {
      return "it has " + length + " characters; at least " + min;
    }
    for (int i = 0; i < value.length(); i++) {
      if (Character.isISOControl(value.charAt(i))) {
        return "it has a control character";
      }
    }
    return null;
  }
}
