package dev.tombolo.hub.desired;

import dev.tombolo.protocol.window.BitRate;
import java.util.List;
import java.util.stream.Collectors;

/// How devices may use their site's line, as operators say it, in the site's own time.
///
/// @param bandwidth where several hold, the lowest counts; none: no bound
public record LineRules(List<Limit> bandwidth) {
  public static final int LIMITS_MAX = 32;

  /// How it is called among the values of a fleet or a site.
  public static final String PATH = "line.bandwidth";

  public LineRules {
    bandwidth = List.copyOf(bandwidth);
  }

  public record Limit(Weekly hours, BitRate limit) {
    /// All week long, where nobody says when.
    public static final String ALWAYS = "00:00-24:00";

    /// `Mon-Fri 08:00-20:00 2Mbit/s`, as it is written.
    @Override
    public String toString() {
      return hours + " " + limit;
    }

    /// What [#toString] has written.
    ///
    /// @throws IllegalArgumentException when it has not
    public static Limit parse(String text) {
      int end = text.lastIndexOf(' ');
      return new Limit(
          Weekly.parse(text.substring(0, Math.max(0, end))),
          BitRate.parse(text.substring(end + 1)));
    }
  }

  /// For people; says so when there is no bound.
  public String words() {
    return bandwidth.isEmpty()
        ? "no bound"
        : bandwidth.stream().map(Limit::toString).collect(Collectors.joining(", "));
  }
}
