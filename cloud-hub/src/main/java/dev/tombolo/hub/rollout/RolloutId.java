package dev.tombolo.hub.rollout;

import java.util.regex.Pattern;

/// A rollout's number, written `r12`. A later rollout has a higher one.
public record RolloutId(long number) implements Comparable<RolloutId> {
  private static final Pattern SHAPE = Pattern.compile("r[1-9][0-9]{0,14}");

  public static boolean isOne(String text) {
    return SHAPE.matcher(text).matches();
  }

  public static RolloutId parse(String text) {
    if (!isOne(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a rollout; write its id, like r12 ('tombolo rollout list')");
    }
    return new RolloutId(Long.parseLong(text.substring(1)));
  }

  @Override
  public int compareTo(RolloutId other) {
    return Long.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "r" + number;
  }
}
