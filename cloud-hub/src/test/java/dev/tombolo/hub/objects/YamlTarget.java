package dev.tombolo.hub.objects;

import dev.tombolo.hub.cli.sign.ReleaseDraft;
import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.config.StrictYaml;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The YAML that people hand to the command line.
public record YamlTarget(Kind kind) implements FuzzTarget {
  /// Which file.
  public enum Kind {
    OBJECTS,
    RELEASE,
    HUB
  }

  @Override
  public String name() {
    return switch (kind) {
      case OBJECTS -> "apply-yaml";
      case RELEASE -> "release-yaml";
      case HUB -> "hub-yaml";
    };
  }

  @Override
  public long stackBytes() {
    return 1024 * 1024;
  }

  @Override
  public int quickRuns() {
    return 100;
  }

  @Override
  public List<String> words() {
    return List.of(
        "&a ",
        "*a",
        "<<: *a",
        "<<: ",
        "? ",
        "- ",
        ": ",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG ! tag:x,2000:\n",
        "!!binary ",
        "!!str ",
        "!x ",
        "|\n",
        ">-\n",
        "|9\n",
        "[",
        "]",
        "{",
        "}",
        "#",
        "\t",
        "\"\\x00\"",
        "\"\\uD800\"",
        "\"\\U00110000\"",
        "~",
        "null",
        "0x7f",
        "0o7",
        ".inf",
        ".nan",
        "1_000",
        "spec:\n",
        "metadata:\n  name: x\n",
        "kind: Fleet\n",
        "kind: Site\n",
        "labels: {a: b}\n",
        "parameters: {a: {b: 1}}\n",
        "\u0085",
        "\u2028",
        "\ufeff");
  }

  @Override
  public List<byte[]> seeds() {
    if (kind == Kind.HUB) {
      String hub =
          """
          edge: {port: 8443, bind: 0.0.0.0, names: [hub.example], keepAliveMax: 120s}
          admin: {port: 8480, bind: 127.0.0.1}
          share: /opt/share
          broker: {url: "mqtts://broker:8883", ca: /a, certificate: /b, key: /c}
          filesMax: 2GiB
          results: {keep: 90d, max: 4GiB, rows: 1000000}
          trust: {certificateLife: 45d, offlineBudget: 800d}
          """;
      return List.of(hub.getBytes(StandardCharsets.UTF_8));
    }
    return (kind == Kind.OBJECTS
            ? Stream.of(
                """
                apiVersion: tombolo.dev/v1
                kind: Fleet
                metadata: {name: production, displayName: "Production", labels: {a: b}}
                spec:
                  protected: true
                  parameters:
                    people-counter: {port: 9000, on: true}
                ---
                apiVersion: tombolo.dev/v1
                kind: Site
                metadata:
                  name: store-117
                spec:
                  fleet: production
                  timeZone: Europe/Berlin
                  region: "x"
                  contact: 'y'
                ---
                apiVersion: tombolo.dev/v1
                kind: DeviceSlot
                metadata: {name: counter-1}
                spec: {site: store-117}
                ---
                apiVersion: tombolo.dev/v1
                kind: Application
                metadata: {name: people-counter}
                spec: {fleet: production, release: 1.5.0, parameters: {level: 0.5}}
                """,
                "a: &x [1, *x]\n",
                "a: &a {b: 1}\nc: {<<: *a}\n")
            : Stream.of(
                """
                apiVersion: tombolo.dev/v1
                kind: Release
                metadata: {name: people-counter, description: "x"}
                version: 1.5.0
                type: model
                fleets: [production]
                securityFloor: 3
                variants:
                  - os: linux
                    architecture: any
                    files: [{path: model.onnx, from: model.onnx}]
                    workload:
                      type: process
                      argv: ["${release.dir}/run", "${param.port}"]
                      probes:
                        - {name: up, http: {port: "9000", path: /}, period: 5s, timeout: 1s}
                """))
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public String run(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      if (kind == Kind.RELEASE) {
        ReleaseDraft.read("release.yaml", text);
        return "taken";
      }
      if (kind == Kind.HUB) {
        HubConfig.parse("hub.yaml", text, Path.of("/data"));
        return "taken";
      }
      StrictYaml.documents("objects.yaml", text);
      List<ObjectBody> objects = ObjectsYaml.read("objects.yaml", text).objects();
      Contract.same(objects, AdminJson.readList(ObjectBody.class, AdminJson.write(objects)));
      return "taken " + Math.min(5, objects.size());
    } catch (YamlFault e) {
      return Contract.refused(e.getMessage());
    }
  }
}
