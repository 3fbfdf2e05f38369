package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.window.Windows;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// When devices may switch by the windows, opening hours and freeze dates of their sites. Sites
/// with the same ones share what was found out.
final class SwitchTimes {
  private static final int KEPT_MAX = 256;

  private final HubState state;
  private final Map<Times, Opening> openings =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Times, Opening> eldest) {
          return size() > KEPT_MAX;
        }
      };

  private record Times(String timeZone, SiteTimes times, int year) {}

  /// From one moment on it is open from another, and not before.
  ///
  /// @param opensMillis [Long#MAX_VALUE]: not within a year
  private record Opening(long fromMillis, long opensMillis) {
    /// While it is open it is looked again after so long.
    private static final long OPEN_MILLIS = 60_000;

    /// While it is shut, after so long, or when it opens.
    private static final long SHUT_MILLIS = 24 * 3_600_000L;

    boolean covers(long at) {
      long since = at - fromMillis;
      return since >= 0 && since < (at < opensMillis ? SHUT_MILLIS : OPEN_MILLIS);
    }
  }

  SwitchTimes(HubState state) {
    this.state = state;
  }

  /// Whether the device of a slot may switch at some moment from now on and before the other.
  boolean opensBefore(SlotRef slot, long nowMillis, long untilMillis) {
    Kept<AdminObject.Site> site = state.sites.get(slot.site());
    if (site == null) {
      return true;
    }
    SiteTimes times = state.timesOf(site.content());
    WindowLift lift = state.lifts.get(slot);
    boolean isLifted = lift != null && lift.untilMillis() > nowMillis;
    if (times.isAny() || isLifted) {
      return true;
    }
    int year = SiteWindows.year(slot.site().text(), nowMillis);
    Times key = new Times(site.content().timeZone(), times, year);
    @Nullable Opening known = openings.get(key);
    if (known == null || !known.covers(nowMillis)) {
      known = look(key, nowMillis);
      openings.put(key, known);
    }
    return known.opensMillis() < untilMillis;
  }

  private static Opening look(Times of, long nowMillis) {
    Windows windows = new Windows(SiteWindows.section(of.timeZone(), of.times(), of.year(), null));
    return new Opening(
        nowMillis, windows.nextOpening(Windows.Kind.SWITCH, nowMillis).orElse(Long.MAX_VALUE));
  }
}
