package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A list of objects too long for one step. First all of it is checked, slice by slice; then it is
/// written, slice by slice, into one transaction that ends with the last of them.
///
/// @param objects fleets first
/// @param checked so many of them are sound
/// @param lines what became of those that have been written
record PendingApply(
    long request,
    Principal who,
    List<AdminObject> objects,
    Optional<String> typedName,
    boolean isDryRun,
    Planned planned,
    int checked,
    List<String> lines) {
  PendingApply {
    objects = List.copyOf(objects);
    lines = List.copyOf(lines);
  }

  boolean isChecked() {
    return checked == objects.size();
  }

  /// The transaction has something of it and must not end before it has all.
  boolean isHalfWritten() {
    return !isDryRun && !lines.isEmpty();
  }

  PendingApply checkedTo(int count) {
    return new PendingApply(request, who, objects, typedName, isDryRun, planned, count, lines);
  }

  PendingApply with(List<String> more) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(more);
    return new PendingApply(request, who, objects, typedName, isDryRun, planned, checked, all);
  }
}
