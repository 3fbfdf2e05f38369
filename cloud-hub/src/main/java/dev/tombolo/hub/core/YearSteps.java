package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.protocol.id.Name;
import java.util.SortedMap;

/// Makes the documents of sites with windows or limits of their line anew when their year has come,
/// so that devices which stay connected over New Year have the changes of the zone for the years
/// ahead. Who connects is looked at anyway.
final class YearSteps {
  private final HubState state;

  YearSteps(HubState state) {
    this.state = state;
  }

  /// The next slice of sites, on the first tick of a day and on those after it until all were
  /// looked at.
  void slice(StepDraft draft) {
    YearWalk walk = state.yearWalk;
    if (!walk.isUnderWay()) {
      YearWalk next = walk.next(draft.nowMillis);
      if (!next.equals(walk)) {
        draft.change(new HubChange.YearsLooked(next));
      }
      return;
    }
    SortedMap<Name, Kept<AdminObject.Site>> rest =
        walk.after() == null ? state.sites : state.sites.tailMap(walk.after(), false);
    int looked = 0;
    for (Kept<AdminObject.Site> site : rest.values()) {
      AdminObject.Site content = site.content();
      if (isAnotherYear(content, walk)) {
        draft.change(new HubChange.DocumentsStale(content.fleet(), content.name(), null));
      }
      if (++looked == YearWalk.SLICE) {
        draft.change(new HubChange.YearsLooked(walk.at(content.name())));
        return;
      }
    }
    draft.change(new HubChange.YearsLooked(walk.done()));
  }

  /// A pause comes in the section that has the limits of the year.
  private boolean isPaused(Name site) {
    TransferPause.Place first = state.pauses.ceilingKey(TransferPause.Place.of(site));
    return first != null && first.site().equals(site);
  }

  private boolean isAnotherYear(AdminObject.Site site, YearWalk walk) {
    String name = site.name().text();
    boolean hasTimes =
        !state.timesOf(site).isAny()
            || state.lineOf(site).filter(line -> !line.bandwidth().isEmpty()).isPresent()
            || isPaused(site.name());
    return hasTimes
        && SiteWindows.year(name, walk.fromMillis()) != SiteWindows.year(name, walk.toMillis());
  }
}
