package dev.tombolo.hub.desired;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Picks places by their labels, as Kubernetes' label selectors do: every label and every
/// expression must fit. An empty one picks all.
public record Selector(Map<String, String> matchLabels, List<Expression> matchExpressions) {
  public static final Selector ALL = new Selector(Map.of(), List.of());

  public Selector {
    matchLabels = Map.copyOf(matchLabels);
    matchExpressions = List.copyOf(matchExpressions);
  }

  /// How a label must stand to the values.
  public enum Operator {
    IN("In"),
    NOT_IN("NotIn"),
    EXISTS("Exists"),
    DOES_NOT_EXIST("DoesNotExist");

    public static final List<String> WORDS = List.of("In", "NotIn", "Exists", "DoesNotExist");

    private final String word;

    Operator(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }

    /// @throws IllegalArgumentException when there is no such operator
    public static Operator of(String word) {
      for (Operator operator : values()) {
        if (operator.word.equals(word)) {
          return operator;
        }
      }
      throw new IllegalArgumentException(
          "'" + word + "' is not an operator; use one of " + String.join(", ", WORDS));
    }

    boolean hasValues() {
      return this == IN || this == NOT_IN;
    }
  }

  /// One condition on one label.
  public record Expression(String key, Operator operator, List<String> values) {
    public Expression {
      values = List.copyOf(values);
      if (operator.hasValues() && values.isEmpty()) {
        throw new IllegalArgumentException(
            "'" + operator.word() + "' without values picks nothing; give values");
      }
      if (!operator.hasValues() && !values.isEmpty()) {
        throw new IllegalArgumentException(
            "'" + operator.word() + "' takes no values; leave them out");
      }
    }

    boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
      };
    }

    @Override
    public String toString() {
      return key
          + " "
          + operator.word().toLowerCase(Locale.ROOT)
          + (values.isEmpty() ? "" : " (" + String.join(", ", values) + ")");
    }
  }

  public boolean isAll() {
    return matchLabels.isEmpty() && matchExpressions.isEmpty();
  }

  public boolean matches(Map<String, String> labels) {
    for (Map.Entry<String, String> wanted : matchLabels.entrySet()) {
      if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
        return false;
      }
    }
    for (Expression expression : matchExpressions) {
      if (!expression.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /// For people: `size=small, region in (north, east)`; `all` when it picks all.
  @Override
  public String toString() {
    if (isAll()) {
      return "all";
    }
    String labels =
        new TreeMap<>(matchLabels)
            .entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(", "));
    String expressions =
        matchExpressions.stream().map(Object::toString).collect(Collectors.joining(", "));
    return labels + (labels.isEmpty() || expressions.isEmpty() ? "" : ", ") + expressions;
  }
}
