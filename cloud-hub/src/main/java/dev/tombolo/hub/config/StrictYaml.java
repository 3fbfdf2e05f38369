package dev.tombolo.hub.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/// Reads YAML 1.2 into [YamlMap]s that know their lines. No aliases, no merge keys, no own tags, no
/// key twice, nothing that is not asked for.
public final class StrictYaml {
  public static final int FILE_BYTES_MAX = 4 * 1024 * 1024;

  private StrictYaml() {}

  /// The one document of a file, which must be a map.
  ///
  /// @param file its name, for messages
  public static YamlMap document(String file, String text) {
    List<YamlMap> all = documents(file, text);
    if (all.size() > 1) {
      throw new YamlFault(
          file, all.get(1).line(), "", "a second document; this file takes only one");
    }
    return all.getFirst();
  }

  /// All documents of a file, separated by `---`, each a map. At least one; empty ones between are
  /// passed over.
  public static List<YamlMap> documents(String file, String text) {
    List<YamlMap> found = anyDocuments(file, text);
    if (found.isEmpty()) {
      throw new YamlFault(file, 0, "", "the file is empty");
    }
    return found;
  }

  /// A mistake that only shows later.
  ///
  /// @param line of the file
  public static YamlFault fault(String file, int line, String what) {
    return new YamlFault(file, line, "", what);
  }

  /// The same, and none in a file that is empty or has nothing but comments.
  public static List<YamlMap> anyDocuments(String file, String text) {
    if (text.length() > FILE_BYTES_MAX) {
      throw new YamlFault(file, 0, "", "larger than " + FILE_BYTES_MAX + " bytes");
    }
    LoadSettings settings =
        LoadSettings.builder().setLabel(file).setCodePointLimit(FILE_BYTES_MAX).build();
    List<YamlMap> found = new ArrayList<>();
    try {
      Composer nodes =
          new Composer(
              settings,
              new ShallowParser(file, new ParserImpl(settings, new StreamReader(settings, text))));
      while (nodes.hasNext()) {
        Node node = nodes.next();
        if (isEmpty(node)) {
          continue;
        }
        if (!(node instanceof MappingNode map)) {
          throw new YamlFault(
              file, lineOf(node), "", "expected fields, like 'kind: Site', not a list or a text");
        }
        found.add(new YamlMap(file, "", map));
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
      throw new YamlFault(file, line, "", inPlainWords(e.getProblem()));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // The engine's answers to an escape without its number, and to tags that are none.
      throw new YamlFault(file, 0, "", "not YAML: " + e.getMessage());
    } catch (YamlEngineException e) {
      throw new YamlFault(file, 0, "", String.valueOf(e.getMessage()));
    }
    return found;
  }

  static int lineOf(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }

  /// True for `key:` with nothing behind it, `null` and `~`.
  static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
  }

  private static String inPlainWords(String problem) {
    if (problem.contains("TAB") || problem.contains("\\t") || problem.contains("\t")) {
      return "a tab; indent with spaces";
    }
    return Optional.of(problem).filter(p -> !p.isBlank()).orElse("not YAML");
  }
}
