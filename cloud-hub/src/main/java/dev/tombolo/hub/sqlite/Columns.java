package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How values that are not plain numbers and texts stand in a column.
final class Columns {
  /// Bound of any JSON column; rows were bounded when they came in.
  static final int JSON_BYTES_MAX = 4 * 1024 * 1024;

  private static final String AT_LEAST = ">=";

  private Columns() {}

  /// A column holds what no program of ours wrote there.
  static final class Unreadable extends IllegalStateException {
    private static final long serialVersionUID = 1;

    Unreadable(Exception cause) {
      super("the database holds what this program did not write: " + cause.getMessage(), cause);
    }
  }

  /// A value that refuses what it cannot be, like [Name].
  static <T> T value(String column, Function<String, T> reader) {
    try {
      return reader.apply(column);
    } catch (IllegalArgumentException e) {
      throw new Unreadable(e);
    }
  }

  static String texts(Map<String, String> map) {
    return JsonWriter.write(map, (json, m) -> json.textMap("m", m));
  }

  static Map<String, String> texts(String column) {
    return read(column, fields -> fields.textMap("m"));
  }

  static String parameters(Map<Name, Map<String, String>> parameters) {
    return JsonWriter.write(
        List.copyOf(new TreeMap<>(parameters).entrySet()),
        (json, entries) ->
            json.list(
                "m",
                entries,
                (each, entry) -> each.id("name", entry.getKey()).textMap("m", entry.getValue())));
  }

  static Map<Name, Map<String, String>> parameters(String column) {
    return read(
        column,
        fields -> {
          Map<Name, Map<String, String>> parameters = new LinkedHashMap<>();
          for (var entry : fields.list("m", f -> Map.entry(f.name("name"), f.textMap("m")))) {
            parameters.put(entry.getKey(), entry.getValue());
          }
          return parameters;
        });
  }

  /// Empty when nothing is declared.
  static String times(SiteTimes times) {
    return times.isAny()
        ? ""
        : JsonWriter.write(
            times,
            (json, it) ->
                json.texts("download", words(it.download()))
                    .texts("switch", words(it.switching()))
                    .texts("openingHours", words(it.openingHours()))
                    .texts("freezeDates", words(it.freezeDates()))
                    .texts("none", it.none().stream().sorted().toList()));
  }

  private static List<String> words(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }

  /// Of a site, in a fleet with its own; null: there is no such fleet.
  static SiteTimes times(String site, @Nullable String fleet) {
    return fleet == null ? times(site) : times(site).over(times(fleet));
  }

  static SiteTimes times(String column) {
    return column.isEmpty()
        ? SiteTimes.ANY
        : read(
            column,
            fields ->
                new SiteTimes(
                    weekly(fields.texts("download")),
                    weekly(fields.texts("switch")),
                    weekly(fields.texts("openingHours")),
                    fields.texts("freezeDates").stream()
                        .map(text -> value(text, SiteTimes::dates))
                        .toList(),
                    // Written by hubs that know it.
                    fields.has("none") ? Set.copyOf(fields.texts("none")) : Set.of()));
  }

  /// Empty when nothing is said.
  static String line(Optional<LineRules> line) {
    return line.map(
            rules ->
                JsonWriter.write(
                    rules, (json, it) -> json.texts("bandwidth", words(it.bandwidth()))))
        .orElse("");
  }

  static Optional<LineRules> line(String column) {
    return column.isEmpty()
        ? Optional.empty()
        : Optional.of(
            read(
                column,
                fields ->
                    new LineRules(
                        fields.texts("bandwidth").stream()
                            .map(text -> value(text, LineRules.Limit::parse))
                            .toList())));
  }

  private static List<Weekly> weekly(List<String> texts) {
    return texts.stream().map(text -> value(text, Weekly::parse)).toList();
  }

  /// A JSON list of names, which need no escapes.
  static String names(Collection<Name> names) {
    StringBuilder json = new StringBuilder("[");
    for (Name name : names) {
      json.append(json.length() == 1 ? "\"" : ",\"").append(name.text()).append('"');
    }
    return json.append(']').toString();
  }

  /// Digests, sorted, a space between.
  static String digests(Collection<Digest> digests) {
    StringBuilder text = new StringBuilder(digests.size() * 72);
    for (Digest digest : new TreeSet<>(digests)) {
      text.append(text.isEmpty() ? "" : " ").append(digest.text());
    }
    return text.toString();
  }

  static List<Digest> digests(String column) {
    return words(column).stream().map(word -> value(word, Digest::new)).toList();
  }

  /// Texts without a space in them.
  static List<String> words(String column) {
    return column.isEmpty() ? List.of() : List.of(column.split(" "));
  }

  /// `NAME>=VERSION`, a space between.
  static String needs(List<Need> needs) {
    return String.join(
        " ", needs.stream().map(need -> need.application() + AT_LEAST + need.atLeast()).toList());
  }

  static List<Need> needs(String column) {
    return words(column).stream().map(word -> value(word, Columns::need)).toList();
  }

  private static Need need(String word) {
    int at = word.indexOf(AT_LEAST);
    return at < 0
        ? new Need(new Name(word), "0")
        : new Need(new Name(word.substring(0, at)), word.substring(at + AT_LEAST.length()));
  }

  static String word(Enum<?> value) {
    return JsonWriter.wordOf(value);
  }

  static <E extends Enum<E>> E word(Class<E> type, String column) {
    return value(
        column, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')));
  }

  static @Nullable String reason(@Nullable Reason reason) {
    return reason == null ? null : Json.write(reason);
  }

  static @Nullable Reason reason(@Nullable String column) {
    return column == null ? null : json(Reason.class, column);
  }

  static <T> T json(Class<T> type, String column) {
    try {
      return Json.read(type, column, JSON_BYTES_MAX);
    } catch (MalformedException e) {
      throw new Unreadable(e);
    }
  }

  static <T> T read(String column, JsonFields.Reader<T> reader) {
    try {
      return Json.read("column", column, JSON_BYTES_MAX, reader);
    } catch (MalformedException e) {
      throw new Unreadable(e);
    }
  }
}
