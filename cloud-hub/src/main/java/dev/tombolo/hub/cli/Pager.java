package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.client.HubClient.Page;
import dev.tombolo.hub.cli.screen.Screen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a list page by page, to its end or to a limit.
final class Pager {
  /// The most rows a hub gives at once.
  private static final int PAGE_ROWS = 1_000;

  private final HubClient hub;
  private final String query;
  private final int limit;
  private long shown;
  private long total;

  /// @param query empty, or `fleet=...&site=...`
  Pager(HubClient hub, String query, int limit) {
    this.hub = hub;
    this.query = query;
    this.limit = limit;
  }

  <T> List<T> rows(Class<T> type, String path) {
    List<T> rows = new ArrayList<>();
    String first =
        path + "?limit=" + Math.min(limit, PAGE_ROWS) + (query.isEmpty() ? "" : "&" + query);
    Optional<String> next = Optional.of(first);
    while (next.isPresent() && rows.size() < limit) {
      Page<T> page = hub.page(type, next.get());
      rows.addAll(page.rows().subList(0, Math.min(page.rows().size(), limit - rows.size())));
      total = Math.max(page.total().orElse(0), total);
      next = page.next();
    }
    shown = rows.size();
    total = Math.max(total, shown);
    return rows;
  }

  void tellWhatIsLeft(Screen screen) {
    if (total > shown && shown == limit) {
      screen.note(
          shown
              + " of "
              + total
              + " shown, "
              + (total - shown)
              + " more; all of them without --limit, or --limit "
              + total);
    }
  }
}
