package dev.tombolo.hub.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictYamlTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: 99999            | f.yaml line 1: port: '99999' is not a whole number from 1 to 65535",
        "port: \"80\"           | f.yaml line 1: port: '80' is not a whole number from 1 to 65535",
        "prot: 80               | f.yaml line 1: prot: unknown field; did you mean 'port'?",
        "zebra: 80              | f.yaml line 1: zebra: unknown field; allowed here: port, wait, size, name, on, names, sub",
        "port: 1\\nport: 2      | f.yaml line 2: port: given twice, first in line 1; keep one",
        "wait: 5 minutes        | f.yaml line 1: wait: '5 minutes' is not a duration; write a number and a unit: 90s, 15m, 1h, 7d",
        "wait: 999999999999d    | f.yaml line 1: wait: '999999999999d' is too long; at most 36500d",
        "wait: 5                | f.yaml line 1: wait: '5' is not a duration; write a number and a unit: 90s, 15m, 1h, 7d",
        "size: 5mb              | f.yaml line 1: size: '5mb' is not a size; write a number and a unit: 512KiB, 2MiB, 1GiB, 500KB",
        "size: 999999999999GiB  | f.yaml line 1: size: '999999999999GiB' is not a size; write a number and a unit: 512KiB, 2MiB, 1GiB, 500KB",
        "name: 1.5              | f.yaml line 1: name: is meant as a text: write it in quotes, \"1.5\"",
        "name: ''               | f.yaml line 1: name: is empty",
        "on: yes                | f.yaml line 1: on: write true or false",
        "names: x               | f.yaml line 1: names: expected a list, like [a, b] or lines beginning with '- '",
        "sub: x                 | f.yaml line 1: sub: expected fields below it",
        "sub:\\n  a: 1\\n  b: 2 | f.yaml line 3: sub.b: unknown field; allowed here: a",
        "port: 1\\n\\tname: x   | f.yaml line 2: a tab; indent with spaces",
        "sub: &x {a: 1}         | f.yaml line 1: sub: anchors, aliases and merges are not taken; write it out",
        "[1, 2]                 | f.yaml line 1: expected fields, like 'kind: Site', not a list or a text",
        "# nothing              | f.yaml: the file is empty",
        "port: 1\\n---\\nport: 2| f.yaml line 3: a second document; this file takes only one",
      })
  void everyMistakeIsToldWithFileLineAndField(String yaml, String fault) {
    assertThatThrownBy(() -> read(yaml.strip().replace("\\n", "\n").replace("\\t", "\t")))
        .isInstanceOf(YamlFault.class)
        .hasMessage(fault);
  }

  @Test
  void anAliasInAListIsRefusedToo() {
    YamlMap map = StrictYaml.document("f.yaml", "names: [&a x, *a]\n");

    assertThatThrownBy(() -> map.texts("names"))
        .hasMessageContaining("line 1: names: anchors, aliases and merges are not taken");
  }

  @Test
  void anAliasIsRefusedAtItsAnchor() {
    assertThatThrownBy(() -> read("name: &n x\nnames: [*n]"))
        .hasMessageContaining("line 1: name: anchors, aliases and merges are not taken");
  }

  @Test
  void severalDocumentsKeepTheirLines() {
    List<YamlMap> all = StrictYaml.documents("f.yaml", "---\na: 1\n---\n---\nb: x\n");

    assertThat(all).extracting(YamlMap::line).containsExactly(2, 5);
    assertThat(all.get(1).text("b")).isEqualTo("x");
  }

  private static void read(String yaml) {
    YamlMap map = StrictYaml.document("f.yaml", yaml);
    map.whole("port", 1, 65535, 8443);
    map.optionalDuration("wait");
    map.optionalSize("size");
    map.optionalText("name");
    map.flag("on", false);
    map.texts("names");
    map.optionalMap("sub")
        .ifPresent(
            sub -> {
              sub.whole("a", 0, 9, 0);
              sub.noMore();
            });
    map.noMore();
  }
}
