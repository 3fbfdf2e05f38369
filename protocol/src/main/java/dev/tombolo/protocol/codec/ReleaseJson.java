package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.release.WorkloadSpec.Reload;
import java.util.List;

/// Release manifests.
final class ReleaseJson {
  private static final ReleaseManifest.Kind[] KINDS = ReleaseManifest.Kind.values();
  private static final WorkloadSpec.Type[] TYPES = WorkloadSpec.Type.values();
  private static final Variant.Parameter.Type[] PARAMETER_TYPES = Variant.Parameter.Type.values();

  private ReleaseJson() {}

  static ReleaseManifest manifest(JsonFields f) throws MalformedException {
    return new ReleaseManifest(
        f.name("name"),
        f.text("version"),
        f.word("kind", KINDS),
        f.text("description"),
        f.texts("fleets"),
        f.integer("securityFloor"),
        f.texts("requires"),
        f.list("variants", ReleaseJson::variant),
        f.has("needs") ? f.list("needs", ReleaseJson::need) : List.of());
  }

  static void write(JsonWriter json, ReleaseManifest m) {
    json.id("name", m.name())
        .text("version", m.version())
        .word("kind", m.kind())
        .text("description", m.description())
        .texts("fleets", m.fleets())
        .integer("securityFloor", m.securityFloor())
        .texts("requires", m.requires())
        .list("variants", m.variants(), ReleaseJson::write);
    if (!m.needs().isEmpty()) {
      json.list("needs", m.needs(), ReleaseJson::write);
    }
  }

  private static Need need(JsonFields f) throws MalformedException {
    return new Need(f.name("application"), f.text("atLeast"));
  }

  private static void write(JsonWriter json, Need need) {
    json.id("application", need.application()).text("atLeast", need.atLeast());
  }

  private static Variant variant(JsonFields f) throws MalformedException {
    return new Variant(
        f.text("os"),
        f.text("architecture"),
        f.texts("runtimes"),
        f.list("files", ReleaseJson::file),
        workload(f.object("workload")),
        f.list("parameters", ReleaseJson::parameter));
  }

  private static void write(JsonWriter json, Variant v) {
    json.text("os", v.os())
        .text("architecture", v.architecture())
        .texts("runtimes", v.runtimes())
        .list("files", v.files(), ReleaseJson::write)
        .object("workload", v.workload(), ReleaseJson::write)
        .list("parameters", v.parameters(), ReleaseJson::write);
  }

  private static Variant.File file(JsonFields f) throws MalformedException {
    return new Variant.File(
        f.text("path"), f.integer("size"), f.digest("digest"), f.yes("executable"));
  }

  private static void write(JsonWriter json, Variant.File v) {
    json.text("path", v.path())
        .integer("size", v.size())
        .id("digest", v.digest())
        .yes("executable", v.executable());
  }

  private static Variant.Parameter parameter(JsonFields f) throws MalformedException {
    return new Variant.Parameter(
        f.text("name"),
        f.word("type", PARAMETER_TYPES),
        f.textOrNull("fallback"),
        f.integerOrNull("min"),
        f.integerOrNull("max"));
  }

  private static void write(JsonWriter json, Variant.Parameter p) {
    json.text("name", p.name())
        .word("type", p.type())
        .text("fallback", p.fallback())
        .integerOrNull("min", p.min())
        .integerOrNull("max", p.max());
  }

  private static WorkloadSpec workload(JsonFields f) throws MalformedException {
    return new WorkloadSpec(
        f.word("type", TYPES),
        f.texts("argv"),
        f.textMap("env"),
        reload(f.object("reload")),
        f.list("probes", ReleaseJson::probe),
        f.small("startupSeconds"),
        f.small("soakSeconds"),
        f.small("stopGraceSeconds"));
  }

  private static void write(JsonWriter json, WorkloadSpec w) {
    json.word("type", w.type())
        .texts("argv", w.argv())
        .textMap("env", w.env())
        .object("reload", w.reload(), ReleaseJson::write)
        .list("probes", w.probes(), ReleaseJson::write)
        .integer("startupSeconds", w.startupSeconds())
        .integer("soakSeconds", w.soakSeconds())
        .integer("stopGraceSeconds", w.stopGraceSeconds());
  }

  private static Reload reload(JsonFields f) throws MalformedException {
    String type = f.text("type");
    return switch (type) {
      case "restart" -> new Reload.Restart();
      case "signal" -> new Reload.Signal(f.text("signal"));
      case "http" -> new Reload.Http(f.text("port"), f.text("path"));
      case "command" -> new Reload.Command(f.texts("argv"));
      default -> throw f.wrong("type", "must be restart, signal, http or command");
    };
  }

  private static void write(JsonWriter json, Reload reload) {
    switch (reload) {
      case Reload.Restart() -> json.text("type", "restart");
      case Reload.Signal(var signal) -> json.text("type", "signal").text("signal", signal);
      case Reload.Http(var port, var path) ->
          json.text("type", "http").text("port", port).text("path", path);
      case Reload.Command(var argv) -> json.text("type", "command").texts("argv", argv);
    }
  }

  private static Probe probe(JsonFields f) throws MalformedException {
    String type = f.text("type");
    String name = f.text("name");
    int period = f.small("periodSeconds");
    int timeout = f.small("timeoutSeconds");
    Integer restart = f.smallOrNull("restartAfter");
    Integer latency = f.smallOrNull("maxLatencyMillis");
    return switch (type) {
      case "exec" -> new Probe.Exec(name, period, timeout, restart, latency, f.texts("argv"));
      case "http" ->
          new Probe.Http(
              name,
              period,
              timeout,
              restart,
              latency,
              f.text("port"),
              f.text("path"),
              f.textOrNull("expect"));
      case "tcp" -> new Probe.Tcp(name, period, timeout, restart, latency, f.text("port"));
      default -> throw f.wrong("type", "must be exec, http or tcp");
    };
  }

  private static void write(JsonWriter json, Probe probe) {
    switch (probe) {
      case Probe.Exec exec -> common(json, "exec", exec).texts("argv", exec.argv());
      case Probe.Http http ->
          common(json, "http", http)
              .text("port", http.port())
              .text("path", http.path())
              .text("expect", http.expect());
      case Probe.Tcp tcp -> common(json, "tcp", tcp).text("port", tcp.port());
    }
  }

  private static JsonWriter common(JsonWriter json, String type, Probe probe) {
    return json.text("type", type)
        .text("name", probe.name())
        .integer("periodSeconds", probe.periodSeconds())
        .integer("timeoutSeconds", probe.timeoutSeconds())
        .smallOrNull("restartAfter", probe.restartAfter())
        .smallOrNull("maxLatencyMillis", probe.maxLatencyMillis());
  }
}
