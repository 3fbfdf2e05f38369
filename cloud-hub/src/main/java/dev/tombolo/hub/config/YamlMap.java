package dev.tombolo.hub.config;

import dev.tombolo.hub.policy.NearMiss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// The fields of one YAML map. Ask for each field that may stand there, then call [#noMore()],
/// which refuses every field that was not asked for and says what was probably meant.
public final class YamlMap {
  private static final String NO_ANCHORS =
      "anchors, aliases and merges are not taken; write it out";

  private final String file;
  private final String path;
  private final int line;
  private final Map<String, Node> fields = new LinkedHashMap<>();
  private final Map<String, Integer> keyLines = new LinkedHashMap<>();
  private final Set<String> asked = new LinkedHashSet<>();

  YamlMap(String file, String path, MappingNode node) {
    this.file = file;
    this.path = path;
    this.line = StrictYaml.lineOf(node);
    for (NodeTuple tuple : node.getValue()) {
      Node keyNode = tuple.getKeyNode();
      int keyLine = StrictYaml.lineOf(keyNode);
      if (!(keyNode instanceof ScalarNode scalar)) {
        throw new YamlFault(file, keyLine, path, "a field's name must be a word");
      }
      String key = scalar.getValue();
      Integer before = keyLines.putIfAbsent(key, keyLine);
      if (before != null) {
        throw new YamlFault(
            file, keyLine, under(key), "given twice, first in line " + before + "; keep one");
      }
      Node value = tuple.getValueNode();
      if (value.getAnchor().isPresent() || key.equals("<<")) {
        throw new YamlFault(file, keyLine, under(key), NO_ANCHORS);
      }
      fields.put(key, value);
    }
  }

  /// From 1.
  public int line() {
    return line;
  }

  public boolean has(String key) {
    asked.add(key);
    Node node = fields.get(key);
    return node != null && !StrictYaml.isEmpty(node);
  }

  /// A text that must be there and not be empty.
  public String text(String key) {
    return optionalText(key).orElseThrow(() -> missing(key));
  }

  public String text(String key, String otherwise) {
    return optionalText(key).orElse(otherwise);
  }

  public Optional<String> optionalText(String key) {
    return node(key).map(node -> textOf(node, key, lineOf(key)));
  }

  /// A text read by `reader`, whose [IllegalArgumentException] message becomes the fault.
  public <T> T read(String key, Function<String, T> reader) {
    return optionalRead(key, reader).orElseThrow(() -> missing(key));
  }

  public <T> Optional<T> optionalRead(String key, Function<String, T> reader) {
    return optionalText(key)
        .map(
            text -> {
              try {
                return reader.apply(text);
              } catch (IllegalArgumentException e) {
                throw fault(key, String.valueOf(e.getMessage()));
              }
            });
  }

  /// A duration like `90s`, `1h` or `7d`; see [Units].
  public Optional<Duration> optionalDuration(String key) {
    return node(key).map(node -> raw(node, key)).map(text -> unit(key, text, Units::duration));
  }

  /// A size in bytes like `512KiB` or `2MiB`; see [Units].
  public Optional<Long> optionalSize(String key) {
    return node(key).map(node -> raw(node, key)).map(text -> unit(key, text, Units::size));
  }

  public Optional<Long> optionalWhole(String key, long min, long max) {
    return node(key)
        .map(
            node -> {
              String text = raw(node, key);
              try {
                long value = Long.parseLong(text);
                if (node.getTag().equals(Tag.INT) && value >= min && value <= max) {
                  return value;
                }
              } catch (NumberFormatException e) {
                // said below
              }
              throw fault(key, "'" + text + "' is not a whole number from " + min + " to " + max);
            });
  }

  public long whole(String key, long min, long max, long otherwise) {
    return optionalWhole(key, min, max).orElse(otherwise);
  }

  public boolean flag(String key, boolean otherwise) {
    return node(key)
        .map(
            node -> {
              if (!node.getTag().equals(Tag.BOOL)) {
                throw fault(key, "write true or false");
              }
              return raw(node, key).equalsIgnoreCase("true");
            })
        .orElse(otherwise);
  }

  /// One of the words, written as they are.
  public Optional<String> optionalWord(String key, List<String> words) {
    Optional<String> text = optionalText(key);
    text.filter(word -> !words.contains(word))
        .ifPresent(
            word -> {
              throw fault(
                  key,
                  "'" + word + "' is not one of " + String.join(", ", words) + hint(word, words));
            });
    return text;
  }

  public String word(String key, List<String> words) {
    return optionalWord(key, words).orElseThrow(() -> missing(key));
  }

  /// A scalar's own words (`0.5`, `true`), for a value that is typed elsewhere.
  public Optional<String> optionalScalar(String key) {
    return node(key).map(node -> raw(node, key));
  }

  public Optional<YamlMap> optionalMap(String key) {
    return node(key).map(node -> mapOf(node, key, under(key)));
  }

  public YamlMap map(String key) {
    return optionalMap(key).orElseThrow(() -> missing(key));
  }

  /// A list of maps; empty when absent.
  public List<YamlMap> maps(String key) {
    List<YamlMap> found = new ArrayList<>();
    for (Node item : items(key)) {
      found.add(mapOf(item, key, under(key) + "[" + found.size() + "]"));
    }
    return found;
  }

  /// A list of maps that must be there; it may be empty.
  public List<YamlMap> givenMaps(String key) {
    if (!has(key)) {
      throw missing(key);
    }
    return maps(key);
  }

  /// Whether a list is there and has nothing in it.
  public boolean isEmptyList(String key) {
    return has(key) && items(key).isEmpty();
  }

  /// A list of texts; empty when absent.
  public List<String> texts(String key) {
    List<String> found = new ArrayList<>();
    for (Node item : items(key)) {
      found.add(textOf(item, key, StrictYaml.lineOf(item)));
    }
    return found;
  }

  /// A list of texts, each read by `reader`, whose [IllegalArgumentException] message becomes the
  /// fault at that line; empty when absent. A list that is there must not be empty.
  public <T> List<T> reads(String key, Function<String, T> reader) {
    List<T> found = new ArrayList<>();
    for (Node item : items(key)) {
      int at = StrictYaml.lineOf(item);
      String text = textOf(item, key, at);
      try {
        found.add(reader.apply(text));
      } catch (IllegalArgumentException e) {
        throw new YamlFault(
            file, at, under(key) + "[" + found.size() + "]", String.valueOf(e.getMessage()));
      }
    }
    if (found.isEmpty() && fields.containsKey(key)) {
      throw fault(key, "is empty; leave it out where there is no bound");
    }
    return found;
  }

  /// Free names to texts, like labels; empty when absent.
  public Map<String, String> textMap(String key) {
    Map<String, String> found = new LinkedHashMap<>();
    optionalMap(key).ifPresent(map -> map.keys().forEach(k -> found.put(k, map.text(k))));
    return found;
  }

  /// Free names to the scalars' own words (`0.5`, `true`), for values that are typed elsewhere.
  public Map<String, String> scalarMap(String key) {
    Map<String, String> found = new LinkedHashMap<>();
    optionalMap(key)
        .ifPresent(
            map ->
                map.keys()
                    .forEach(
                        k -> {
                          Node node = map.node(k).orElseThrow(() -> map.missing(k));
                          found.put(k, map.raw(node, k));
                        }));
    return found;
  }

  /// The names of all fields present, in order.
  public List<String> keys() {
    return List.copyOf(fields.keySet());
  }

  /// Refuses fields nobody asked for.
  public void noMore() {
    for (String key : fields.keySet()) {
      if (!asked.contains(key)) {
        throw new YamlFault(
            file,
            lineOf(key),
            under(key),
            "unknown field"
                + NearMiss.of(key, asked)
                    .map(meant -> "; did you mean '" + meant + "'?")
                    .orElse("; allowed here: " + String.join(", ", asked)));
      }
    }
  }

  /// A fault at a field of this map, or at the map itself where `key` is empty.
  public YamlFault fault(String key, String what) {
    return new YamlFault(file, lineOf(key), key.isEmpty() ? path : under(key), what);
  }

  private YamlFault missing(String key) {
    String near =
        NearMiss.of(key, fields.keySet().stream().filter(it -> !asked.contains(it)).toList())
            .map(it -> "; line " + lineOf(it) + " has '" + it + "'")
            .orElse("");
    return new YamlFault(file, line, under(key), "missing" + near);
  }

  private Optional<Node> node(String key) {
    asked.add(key);
    return Optional.ofNullable(fields.get(key)).filter(node -> !StrictYaml.isEmpty(node));
  }

  private List<Node> items(String key) {
    Optional<Node> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (!(node.get() instanceof SequenceNode sequence)) {
      throw fault(key, "expected a list, like [a, b] or lines beginning with '- '");
    }
    for (Node item : sequence.getValue()) {
      if (item.getAnchor().isPresent()) {
        throw fault(key, NO_ANCHORS);
      }
    }
    return sequence.getValue();
  }

  private YamlMap mapOf(Node node, String key, String at) {
    if (!(node instanceof MappingNode map)) {
      throw new YamlFault(
          file, Math.max(StrictYaml.lineOf(node), lineOf(key)), at, "expected fields below it");
    }
    return new YamlMap(file, at, map);
  }

  private String textOf(Node node, String key, int at) {
    String value = raw(node, key);
    if (!node.getTag().equals(Tag.STR)) {
      throw new YamlFault(
          file, at, under(key), "is meant as a text: write it in quotes, \"" + value + "\"");
    }
    if (value.isBlank()) {
      throw new YamlFault(file, at, under(key), "is empty");
    }
    return value;
  }

  private String raw(Node node, String key) {
    if (!(node instanceof ScalarNode scalar)) {
      throw fault(key, "expected one value");
    }
    return scalar.getValue();
  }

  private <T> T unit(String key, String text, Function<String, T> reader) {
    try {
      return reader.apply(text);
    } catch (IllegalArgumentException e) {
      throw fault(key, String.valueOf(e.getMessage()));
    }
  }

  /// The line of a field; the map's own where there is no such field.
  public int lineOf(String key) {
    return keyLines.getOrDefault(key, line);
  }

  private String under(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String hint(String word, List<String> words) {
    return NearMiss.of(word, words).map(meant -> "; did you mean '" + meant + "'?").orElse("");
  }
}
