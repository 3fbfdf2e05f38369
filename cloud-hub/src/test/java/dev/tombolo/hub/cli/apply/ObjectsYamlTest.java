package dev.tombolo.hub.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.http.api.ObjectBody;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectsYamlTest {
  private static final String SHOPS =
      """
      apiVersion: tombolo.dev/v1
      kind: Fleet
      metadata: {name: retail, displayName: All shops}
      spec: {protected: true}
      ---
      apiVersion: tombolo.dev/v1
      kind: Site
      metadata:
        name: store-117
        labels: {size: small}
      spec:
        fleet: retail
        timeZone: Europe/Berlin
        region: north
      ---
      apiVersion: tombolo.dev/v1
      kind: DeviceSlot
      metadata: {name: counter-1}
      spec:
        site: store-117
        parameters: {people-embedding: {port: 9117, verbose: true}}
      ---
      apiVersion: tombolo.dev/v1
      kind: Application
      metadata: {name: people-embedding}
      spec: {fleet: retail, release: "1.0.0", parameters: {port: 9000}}
      """;

  @Test
  void oneFileDescribesAFleetWithAllThatIsInIt() {
    List<ObjectBody> objects = ObjectsYaml.read("shops.yaml", SHOPS).objects();

    assertThat(objects)
        .extracting(ObjectBody::kind, ObjectBody::name)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("Fleet", "retail"),
            org.assertj.core.groups.Tuple.tuple("Site", "store-117"),
            org.assertj.core.groups.Tuple.tuple("DeviceSlot", "counter-1"),
            org.assertj.core.groups.Tuple.tuple("Application", "people-embedding"));
    assertThat(objects.get(0).guarded()).isTrue();
    assertThat(objects.get(1).labels()).isEqualTo(Map.of("size", "small"));
    assertThat(objects.get(2).parameters())
        .isEqualTo(Map.of("people-embedding", Map.of("port", "9117", "verbose", "true")));
    assertThat(objects.get(3).release()).isEqualTo("1.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "kind: Site | kind: Sites | shops.yaml line 7: kind: 'Sites' is not one of Fleet, Site, DeviceSlot, Application; did you mean 'Site'?",
        "kind: Site | knid: Site | shops.yaml line 6: kind: missing",
        "timeZone: Europe/Berlin | timezone: Europe/Berlin | shops.yaml line 12: spec.timeZone: missing",
        "timeZone: Europe/Berlin | timeZone: Europe/Berlim | shops.yaml line 13: spec.timeZone: 'Europe/Berlim' is not a time zone; write an IANA name like Europe/Berlin; did you mean 'Europe/Berlin'?",
        "region: north | regoin: north | shops.yaml line 14: spec.regoin: unknown field; did you mean 'region'?",
        "region: north | fleet: other | shops.yaml line 14: spec.fleet: given twice, first in line 12; keep one",
        "protected: true | protected: yes | shops.yaml line 4: spec.protected: write true or false",
        "name: store-117 | name: Store 117 | shops.yaml line 9: metadata.name: 'Store 117' is not a name; use 1-63 characters of a-z, 0-9 and '-', not at the ends",
        "labels: {size: small} | labels: {size: 3} | shops.yaml line 10: metadata.labels.size: is meant as a text: write it in quotes, \"3\"",
        "{port: 9000} | [port] | spec.parameters: expected fields below it",
        "{people-embedding: {port: 9117, verbose: true}} | {People: {port: 1}} | spec.parameters.People: not an application's name",
        "release: \"1.0.0\" | release: \"1 0\" | spec.release: '1 0' is not a version",
        "spec: {protected: true} | sepc: {protected: true} | shops.yaml line 4: sepc: unknown field; did you mean 'spec'?",
      })
  void aMistakeIsToldWithFileLineFieldAndWhatWasMeant(String part, String by, String words) {
    assertThat(SHOPS).contains(part);

    assertThatThrownBy(() -> ObjectsYaml.read("shops.yaml", SHOPS.replace(part, by)))
        .hasMessageContaining(words);
  }

  @Test
  void theSameObjectTwiceIsAMistake() {
    assertThatThrownBy(() -> ObjectsYaml.read("shops.yaml", SHOPS + "---\n" + SHOPS))
        .hasMessageContaining("Fleet retail stands in line 1 already");
  }
}
