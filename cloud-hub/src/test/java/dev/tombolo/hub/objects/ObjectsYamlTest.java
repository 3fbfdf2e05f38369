package dev.tombolo.hub.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.SiteTimesBody;
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
        windows:
          download: ["22:00-06:00"]
          switch:
            - Mon-Sat 01:00-05:00
            - Sun 02:00-04:00
        openingHours: [Mon-Sat 08:00-20:00]
        freezeDates: [2026-12-18..2027-01-06, 2026-05-01]
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
    assertThat(objects.get(1).times())
        .isEqualTo(
            new SiteTimesBody(
                List.of("22:00-06:00"),
                List.of("Mon-Sat 01:00-05:00", "Sun 02:00-04:00"),
                List.of("Mon-Sat 08:00-20:00"),
                List.of("2026-12-18..2027-01-06", "2026-05-01")));
    assertThat(objects.get(2).parameters())
        .isEqualTo(Map.of("people-embedding", Map.of("port", "9117", "verbose", "true")));
    assertThat(objects.get(3).release()).isEqualTo("1.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "kind: Site | kind: Sites | shops.yaml line 7: kind: 'Sites' is not one of Fleet, Site, DeviceSlot, Device, Application, Rollout; did you mean 'Site'?",
        "kind: Site | kind: Devce | shops.yaml line 7: kind: 'Devce' is not one of Fleet, Site, DeviceSlot, Device, Application, Rollout; did you mean 'Device'?",
        "kind: Site | knid: Site | shops.yaml line 6: kind: missing",
        "timeZone: Europe/Berlin | timezone: Europe/Berlin | shops.yaml line 12: spec.timeZone: missing",
        "timeZone: Europe/Berlin | timeZone: Europe/Berlim | shops.yaml line 13: spec.timeZone: 'Europe/Berlim' is not a time zone; write an IANA name like Europe/Berlin; did you mean 'Europe/Berlin'?",
        "region: north | regoin: north | shops.yaml line 14: spec.regoin: unknown field; did you mean 'region'?",
        "Sun 02:00-04:00 | Sunday 02:00-04:00 | shops.yaml line 19: spec.windows.switch[1]: 'Sunday 02:00-04:00': 'Sunday' is not a day; did you mean 'Sun'?",
        "Mon-Sat 01:00-05:00 | Mon-Sat 1-5 | shops.yaml line 18: spec.windows.switch[0]: 'Mon-Sat 1-5' is not a weekly time; write it like 'Mon-Sat 22:00-06:00' or '01:00-05:00'",
        "freezeDates: [2026 | freezedates: [2026 | shops.yaml line 21: spec.freezedates: unknown field; did you mean 'freezeDates'?",
        "2026-05-01] | 1.5.2026] | shops.yaml line 21: spec.freezeDates[1]: '1.5.2026' are no dates; write 2026-12-24, or 2026-12-18..2027-01-06",
        "spec: {protected: true} | spec: {openingHours: []} | shops.yaml line 4: spec.openingHours: is empty; leave it out where there is no bound",
        "region: north | fleet: other | shops.yaml line 14: spec.fleet: given twice, first in line 12; keep one",
        "protected: true | protected: yes | shops.yaml line 4: spec.protected: write true or false",
        "name: store-117 | name: Store 117 | shops.yaml line 9: metadata.name: 'Store 117' is not a name; use 1-63 characters of a-z, 0-9 and '-', not at the ends",
        "freezeDates: [2026-12-18..2027-01-06, 2026-05-01] | line: {bandwidth: [{hours: '08:00-20:00', limit: 2MB/s}]} | shops.yaml line 21: spec.line.bandwidth[0].limit: '2MB/s' is not a limit; it counts bits, not bytes; did you mean '16Mbit/s'?",
        "freezeDates: [2026-12-18..2027-01-06, 2026-05-01] | line: {bandwidth: [{hour: '08:00-20:00', limit: 2Mbit/s}]} | shops.yaml line 21: spec.line.bandwidth[0].hour: unknown field; did you mean 'hours'?",
        "freezeDates: [2026-12-18..2027-01-06, 2026-05-01] | line: {bandwidth: [{hours: '8-20', limit: 2Mbit/s}]} | shops.yaml line 21: spec.line.bandwidth[0].hours: '8-20' is not a weekly time",
        "freezeDates: [2026-12-18..2027-01-06, 2026-05-01] | line: {bandwith: []} | shops.yaml line 21: spec.line.bandwidth: missing; line 21 has 'bandwith'",
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
