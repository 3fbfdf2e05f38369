package dev.tombolo.hub.net;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The lines of those who have shown no certificate that is served. Anybody may open them, so there
/// are only so many: where there is no room the oldest one goes, which an enrolment never is.
/// Thread-safe.
final class StrangerLines {
  private final int allMax;
  private final int perHostMax;
  private final LinkedHashMap<Line, String> lines = new LinkedHashMap<>();
  private final Map<String, Integer> perHost = new HashMap<>();

  /// @param perHostMax of one [dev.tombolo.hub.core.RemoteNetwork]; many shops may share one
  StrangerLines(int allMax, int perHostMax) {
    this.allMax = allMax;
    this.perHostMax = perHostMax;
  }

  void add(Line line, String host) {
    makeRoom(host).forEach(Line::abort);
    synchronized (this) {
      if (lines.putIfAbsent(line, host) == null) {
        perHost.merge(host, 1, Integer::sum);
      }
    }
  }

  synchronized void remove(Line line) {
    String host = lines.remove(line);
    if (host != null) {
      perHost.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  synchronized int size() {
    return lines.size();
  }

  private synchronized List<Line> makeRoom(String host) {
    List<Line> gone = new ArrayList<>();
    if (perHost.getOrDefault(host, 0) >= perHostMax) {
      lines.entrySet().stream()
          .filter(entry -> entry.getValue().equals(host))
          .findFirst()
          .map(Map.Entry::getKey)
          .ifPresent(gone::add);
    } else if (lines.size() >= allMax) {
      gone.add(lines.firstEntry().getKey());
    }
    gone.forEach(this::remove);
    return gone;
  }
}
