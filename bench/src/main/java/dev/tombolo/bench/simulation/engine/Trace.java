package dev.tombolo.bench.simulation.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The story of one seed. Always a running hash of it; words only when somebody reads them, because
/// a failing seed can be played again.
public final class Trace {
  /// The hub, among the numbers of the devices.
  public static final int HUB = -1;

  /// The world: operators, weather.
  public static final int WORLD = -2;

  private static final int RECENT_LINES = 4_000;

  private final boolean isOn;
  private final @Nullable Appendable story;
  private final Deque<Line> recent = new ArrayDeque<>();
  private long hash = 1;

  private record Line(long millis, int actor, String words) {}

  private Trace(boolean isOn, @Nullable Appendable story) {
    this.isOn = isOn;
    this.story = story;
  }

  /// Only the hash.
  public static Trace silent() {
    return new Trace(false, null);
  }

  /// Keeps the last lines.
  public static Trace recent() {
    return new Trace(true, null);
  }

  /// Writes every line.
  public static Trace to(Appendable story) {
    return new Trace(true, story);
  }

  /// Whether words are wanted; ask before making them.
  public boolean isOn() {
    return isOn;
  }

  /// The same for the same story.
  public long hash() {
    return hash;
  }

  public void mix(long value) {
    hash = Long.rotateLeft(hash ^ value, 23) * 0x9e3779b97f4a7c15L;
  }

  public void say(long millis, int actor, String words) {
    if (!isOn) {
      return;
    }
    Line line = new Line(millis, actor, words);
    recent.addLast(line);
    if (recent.size() > RECENT_LINES) {
      recent.removeFirst();
    }
    if (story != null) {
      try {
        story.append(text(line)).append('\n');
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /// The last lines about one actor, and the faults of the world between them.
  public List<String> lastOf(int actor, int lines) {
    List<String> found = new ArrayList<>();
    for (var it = recent.descendingIterator(); it.hasNext() && found.size() < lines; ) {
      Line line = it.next();
      boolean isFault = line.actor() < 0 && line.words().startsWith("FAULT");
      if (line.actor() == actor || isFault || actor < 0) {
        found.addFirst(text(line));
      }
    }
    return found;
  }

  private static String text(Line line) {
    String who =
        switch (line.actor()) {
          case HUB -> "hub";
          case WORLD -> "world";
          default -> "device-" + line.actor();
        };
    return VirtualTime.text(line.millis()) + " " + who + ": " + line.words();
  }
}
