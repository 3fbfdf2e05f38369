package dev.tombolo.hub.core.view;

import java.util.Optional;

/// Which part of a list is wanted.
///
/// @param after empty begins at the beginning
/// @param limit rows at the most; more than [HubViews#ROWS_MAX] are not given at once
public record PageAsk(Optional<Cursor> after, int limit) {
  public static final PageAsk FIRST = new PageAsk(Optional.empty(), HubViews.ROWS_MAX);
}
