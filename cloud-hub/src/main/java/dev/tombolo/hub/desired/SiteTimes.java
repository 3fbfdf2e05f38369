package dev.tombolo.hub.desired;

import dev.tombolo.protocol.window.DateSpan;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// When a site may download and switch, as operators say it, in its own time.
///
/// @param download windows for downloads; none: at any time
/// @param switching windows for switches; none: at any time
/// @param openingHours in which nothing is switched
/// @param freezeDates on which nothing is switched
/// @param none kinds, as [#KINDS] calls them, of which there is said that there are none; of other
///   empty ones nothing is said
public record SiteTimes(
    List<Weekly> download,
    List<Weekly> switching,
    List<Weekly> openingHours,
    List<DateSpan> freezeDates,
    Set<String> none) {
  public static final String DOWNLOAD = "windows.download";
  public static final String SWITCH = "windows.switch";
  public static final String OPENING = "openingHours";
  public static final String FREEZES = "freezeDates";

  /// Each kind by the path that people write it at.
  public static final Map<String, Function<SiteTimes, List<?>>> KINDS = kinds();

  /// Of each kind.
  public static final int WEEKLY_MAX = 32;

  public static final int FREEZES_MAX = 64;
  public static final SiteTimes ANY = new SiteTimes(List.of(), List.of(), List.of(), List.of());

  public SiteTimes {
    download = List.copyOf(download);
    switching = List.copyOf(switching);
    openingHours = List.copyOf(openingHours);
    freezeDates = List.copyOf(freezeDates);
    none = Set.copyOf(none);
  }

  /// Says nothing of those that are empty.
  public SiteTimes(
      List<Weekly> download,
      List<Weekly> switching,
      List<Weekly> openingHours,
      List<DateSpan> freezeDates) {
    this(download, switching, openingHours, freezeDates, Set.of());
  }

  /// Whether anything is said of a kind.
  public boolean says(String kind) {
    return none.contains(kind) || !of(kind).isEmpty();
  }

  /// What is said of a kind, for people.
  public String words(String kind) {
    List<?> said = of(kind);
    return said.isEmpty()
        ? "none"
        : String.join(", ", said.stream().map(Object::toString).toList());
  }

  private List<?> of(String kind) {
    return Objects.requireNonNull(KINDS.get(kind), kind).apply(this);
  }

  private static Map<String, Function<SiteTimes, List<?>>> kinds() {
    Map<String, Function<SiteTimes, List<?>>> kinds = new LinkedHashMap<>();
    kinds.put(DOWNLOAD, SiteTimes::download);
    kinds.put(SWITCH, SiteTimes::switching);
    kinds.put(OPENING, SiteTimes::openingHours);
    kinds.put(FREEZES, SiteTimes::freezeDates);
    return Collections.unmodifiableMap(kinds);
  }

  /// Nothing is declared.
  public boolean isAny() {
    return equals(ANY);
  }

  /// What a site has that says this, in a fleet that says that: of each kind its own, else the
  /// fleet's.
  public SiteTimes over(SiteTimes fleet) {
    if (fleet.isAny() && none.isEmpty()) {
      return this;
    }
    return isAny() && fleet.none.isEmpty()
        ? fleet
        : new SiteTimes(
            says(DOWNLOAD) ? download : fleet.download,
            says(SWITCH) ? switching : fleet.switching,
            says(OPENING) ? openingHours : fleet.openingHours,
            says(FREEZES) ? freezeDates : fleet.freezeDates);
  }

  /// A date, or two with `..` between: `2026-12-18..2027-01-06`, both included.
  ///
  /// @throws IllegalArgumentException when it is none; the message says what to write
  public static DateSpan dates(String text) {
    String[] ends = text.strip().split("\\.\\.", -1);
    try {
      LocalDate from = LocalDate.parse(ends[0]);
      LocalDate through = LocalDate.parse(ends[ends.length - 1]);
      if (ends.length <= 2 && !through.isBefore(from)) {
        return new DateSpan(from, through);
      }
    } catch (DateTimeParseException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'" + text + "' are no dates; write 2026-12-24, or 2026-12-18..2027-01-06");
  }
}
