package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.AuditRow;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutDeviceRow;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.RolloutWaveRow;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.MalformedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/// A rollout as a picture: a bar for each wave, what it waits for, and what happened last.
final class RolloutPicture {
  /// Of a terminal that nobody has made wider.
  private static final int COLUMNS = 80;

  private static final String INDENT = "  ";
  private static final String COMMAND = ": tombolo ";
  private static final int BAR = 32;
  private static final int EVENTS = 6;
  private static final int DEVICES = 5;
  private static final int NAME = 12;
  private static final int EVENT_BYTES_MAX = 64 * 1024;

  /// What does not fit a narrow terminal's line is cut off, not wrapped into the next.
  private static final String NO_WRAP = "\033[?7l";

  private static final String WRAP = "\033[?7h";

  /// States in which waves still open.
  private static final Set<String> UNDER_WAY = Set.of("planning", "rolling", "paused");

  private static final String LEGEND =
      "  █ has it  ▓ at it  ▒ ready  ░ loading  ✗ failed  · not reached, or left alone\n";

  private static final Map<String, String> PAINTS =
      Map.of("█", "\033[32m", "▓", "\033[33m", "▒", "\033[36m", "✗", "\033[31m");
  private static final String PLAIN = "\033[0m";
  private static final String ERASE_BELOW = "\033[J";
  private static final String ERASE_LINE = "\033[K";

  private RolloutPicture() {}

  static String of(RolloutDetail detail) {
    RolloutRow rollout = detail.rollout();
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "%s%s  %s  %s  %s%n",
            rollout.id(),
            rollout.name() == null ? "" : " " + rollout.name(),
            rollout.release(),
            rollout.scope(),
            rollout.state()));
    wrapped(Screen.plain(rollout.words()), out);
    out.append('\n');
    for (int i = 0; i < rollout.waves().size(); i++) {
      RolloutWaveRow wave = rollout.waves().get(i);
      out.append(wave(wave));
      boolean isNextShut = i + 1 < rollout.waves().size() && !rollout.waves().get(i + 1).isOpen();
      if (isNextShut && UNDER_WAY.contains(rollout.state())) {
        out.append(gate(wave));
      }
    }
    out.append(LEGEND);
    devices(out, "failed:", detail.failed());
    devices(out, "may be switching:", detail.outstanding());
    if (!detail.events().isEmpty()) {
      out.append('\n');
      events(detail.events().subList(0, Math.min(EVENTS, detail.events().size())), out);
    }
    return out.toString();
  }

  /// At words; a command at its end stands in a line of its own when it does not fit, so that it
  /// can be copied.
  private static void wrapped(String text, StringBuilder out) {
    int command = text.indexOf(COMMAND);
    boolean fits = INDENT.length() + text.length() <= COLUMNS;
    String words = command < 0 || fits ? text : text.substring(0, command + 1);
    int column = 0;
    for (String word : words.split(" ")) {
      boolean isNext = column > 0 && column + 1 + word.length() <= COLUMNS;
      out.append(isNext ? " " : (column > 0 ? "\n" : "") + INDENT).append(word);
      column = (isNext ? column + 1 : INDENT.length()) + word.length();
    }
    out.append('\n');
    if (words.length() < text.length()) {
      out.append(INDENT).append(INDENT).append(text.substring(words.length()).strip()).append('\n');
    }
  }

  private static String wave(RolloutWaveRow wave) {
    return String.format(
        Locale.ROOT,
        "  %s %-" + NAME + "s ▕%s▏ %d of %d%s%s%s%s%s%s%s%s%s%n",
        wave.isOpen() ? "▸" : " ",
        Screen.plain(wave.name()),
        bar(wave),
        wave.succeeded(),
        wave.total(),
        part(wave.failed(), "failed"),
        part(wave.inFlight(), "switching"),
        part(wave.isOpen() ? wave.ready() : 0, "ready"),
        part(wave.isOpen() ? wave.downloading() : 0, "loading"),
        part(wave.notReached(), "not reached"),
        part(wave.leftAlone(), "left alone"),
        part(wave.back(), "went back"),
        part(wave.superseded(), "superseded"),
        part(wave.outside(), "no longer in it"));
  }

  /// What opens the next wave.
  private static String gate(RolloutWaveRow wave) {
    int reached =
        wave.succeeded() + wave.failed() + wave.inFlight() + wave.ready() + wave.downloading();
    return " ".repeat(INDENT.length() + 2 + NAME)
        + " then at "
        + wave.neededPercent()
        + " % healthy"
        + (wave.isOpen() && reached > 0 ? " (now " + wave.healthyPercent() + " %)" : "")
        + (wave.soakMillis() == 0 ? "" : " for " + Gate.words(wave.soakMillis()))
        + (wave.needsApproval() ? ", and with a yes" : "")
        + '\n';
  }

  private static String part(int count, String what) {
    return count == 0 ? "" : ", " + count + " " + what;
  }

  /// Each part has at least one place when there is anybody in it.
  private static String bar(RolloutWaveRow wave) {
    if (wave.total() == 0) {
      return " ".repeat(BAR);
    }
    StringBuilder bar = new StringBuilder(BAR);
    int failed = places(wave.failed(), wave.total());
    int atIt = places(wave.inFlight(), wave.total());
    int ready = wave.isOpen() ? places(wave.ready(), wave.total()) : 0;
    int loading = wave.isOpen() ? places(wave.downloading(), wave.total()) : 0;
    int rest = Math.max(0, BAR - failed - atIt - ready - loading);
    int has = Math.min(rest, (int) ((long) wave.succeeded() * BAR / wave.total()));
    if (wave.succeeded() == wave.total()) {
      has = rest;
    }
    bar.append("█".repeat(has)).append("▓".repeat(atIt));
    bar.append("▒".repeat(ready)).append("░".repeat(loading));
    bar.append("✗".repeat(failed));
    bar.append((wave.isOpen() ? "·" : " ").repeat(Math.max(0, BAR - bar.length())));
    return bar.substring(0, BAR);
  }

  private static int places(int count, int total) {
    return count == 0 ? 0 : (int) Math.max(1, (long) count * BAR / total);
  }

  private static void devices(StringBuilder out, String what, List<RolloutDeviceRow> devices) {
    if (devices.isEmpty()) {
      return;
    }
    out.append('\n').append("  ").append(what).append('\n');
    for (RolloutDeviceRow device : devices.subList(0, Math.min(DEVICES, devices.size()))) {
      out.append("    ").append(device.slot()).append("  ").append(device.wave());
      if (!device.words().isEmpty()) {
        out.append("  ").append(Screen.plain(device.words()));
      } else if (device.permitUntilMillis() > 0) {
        out.append("  permit ends ")
            .append(Ago.of(device.permitUntilMillis(), System.currentTimeMillis()));
      }
      out.append('\n');
    }
    if (devices.size() > DEVICES) {
      out.append("    ... more with --json\n");
    }
  }

  private static void events(List<AuditRow> events, StringBuilder out) {
    int widest =
        events.stream().mapToInt(it -> Screen.plain(it.principal()).length()).max().orElse(0);
    for (AuditRow event : events) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %-9s %-" + widest + "s  %s%n",
              Listing.ago(event.millis()),
              Screen.plain(event.principal()),
              Screen.plain(words(event))));
    }
  }

  /// `wave opened: rest`, `completed`, `abort: ticket 4711`.
  private static String words(AuditRow event) {
    String what = event.action().replaceFirst("^rollout-", "").replace('-', ' ');
    String more = words(event.after());
    return more.isEmpty() ? what : what + ": " + more;
  }

  /// `wave rest, why ...` of `{"wave":"rest","why":"..."}`; the digest is in the audit.
  private static String words(String json) {
    try {
      return json.isEmpty() ? "" : Json.read("event", json, EVENT_BYTES_MAX, RolloutPicture::words);
    } catch (MalformedException e) {
      return json;
    }
  }

  private static String words(JsonFields fields) throws MalformedException {
    List<String> names = fields.names().stream().filter(it -> !it.equals("digest")).toList();
    if (names.size() == 1) {
      // The action says what it is.
      return fields.text(names.getFirst());
    }
    List<String> words = new ArrayList<>();
    for (String name : names) {
      words.add(name + " " + fields.text(name));
    }
    return String.join(", ", words);
  }

  /// With the bars in colour, by the sequences of ECMA-48.
  static String coloured(String picture) {
    String coloured = picture;
    for (Map.Entry<String, String> paint : PAINTS.entrySet()) {
      coloured = coloured.replaceAll(paint.getKey() + "+", paint.getValue() + "$0" + PLAIN);
    }
    return coloured;
  }

  /// One line, for logs.
  static String line(RolloutRow rollout) {
    return String.format(
        Locale.ROOT,
        "%s %s: %d of %d have it, %d failed, %d switching, %d not reached%s; %s",
        rollout.id(),
        rollout.state(),
        rollout.succeeded(),
        rollout.devices(),
        rollout.failed(),
        rollout.inFlight(),
        rollout.notReached(),
        part(rollout.leftAlone(), "left alone"),
        Screen.plain(rollout.words()));
  }

  /// Over the picture before. What is higher than the terminal would scroll, and could not be drawn
  /// over: it is cut.
  ///
  /// @param before lines of that
  /// @param rows of the terminal; empty: it does not tell
  /// @return lines of this one
  static int draw(PrintWriter out, String picture, int before, OptionalInt rows) {
    // The cursor ends in the line below.
    int most = Math.max(1, rows.orElse(Integer.MAX_VALUE) - 1);
    List<String> lines = fitted(picture.lines().toList(), most);
    // The terminal may have got lower since.
    int up = Math.min(before, most);
    if (up > 0) {
      out.print("\033[" + up + "A\r");
    }
    out.print(NO_WRAP);
    for (String line : lines) {
      out.print(line + ERASE_LINE + "\n");
    }
    out.print(ERASE_BELOW + WRAP);
    out.flush();
    return lines.size();
  }

  private static List<String> fitted(List<String> lines, int most) {
    if (lines.size() <= most) {
      return lines;
    }
    if (most == 1) {
      return lines.subList(0, 1);
    }
    List<String> fitted = new ArrayList<>(lines.subList(0, most - 1));
    fitted.add("  ... " + (lines.size() - most + 1) + " more lines: make the window higher");
    return fitted;
  }
}
