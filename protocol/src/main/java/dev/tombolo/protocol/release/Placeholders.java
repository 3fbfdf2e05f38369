package dev.tombolo.protocol.release;

import dev.tombolo.protocol.release.WorkloadSpec.Reload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// `${...}` in argv, env values, probes and reload. [ReleaseCheck] makes sure beforehand that every
/// name is known, so filling cannot fail on a checked release.
public final class Placeholders {
  public static final String RELEASE_DIR = "release.dir";
  public static final String RELEASE_DIGEST = "release.digest";
  public static final String WORK_DIR = "work.dir";
  public static final String LOOPBACK_URL = "loopback.url";
  public static final String PARAM_PREFIX = "param.";
  public static final String RUNTIME_PREFIX = "runtime.";

  private Placeholders() {}

  /// The names in a text, in order.
  ///
  /// @throws IllegalArgumentException for a `${` without its `}`
  public static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    replace(
        text,
        name -> {
          names.add(name);
          return "";
        });
    return names;
  }

  /// @param values by name: `release.dir`, `param.port`, ...
  /// @throws IllegalArgumentException for a name without a value
  public static String fill(String text, Map<String, String> values) {
    return replace(
        text,
        name -> {
          String value = values.get(name);
          if (value == null) {
            throw new IllegalArgumentException("no value for ${" + name + "}");
          }
          return value;
        });
  }

  /// The whole workload with every placeholder filled.
  public static WorkloadSpec fill(WorkloadSpec spec, Map<String, String> values) {
    Map<String, String> env = new TreeMap<>();
    spec.env().forEach((name, value) -> env.put(name, fill(value, values)));
    List<Probe> probes = new ArrayList<>(spec.probes().size());
    for (Probe probe : spec.probes()) {
      probes.add(fill(probe, values));
    }
    return new WorkloadSpec(
        spec.type(),
        fill(spec.argv(), values),
        env,
        fill(spec.reload(), values),
        probes,
        spec.startupSeconds(),
        spec.soakSeconds(),
        spec.stopGraceSeconds());
  }

  public static Probe fill(Probe probe, Map<String, String> values) {
    return switch (probe) {
      case Probe.Exec(var name, var period, var timeout, var restart, var latency, var argv) ->
          new Probe.Exec(name, period, timeout, restart, latency, fill(argv, values));
      case Probe.Http(
              var name,
              var period,
              var timeout,
              var restart,
              var latency,
              var port,
              var path,
              var expect) ->
          new Probe.Http(
              name,
              period,
              timeout,
              restart,
              latency,
              fill(port, values),
              fill(path, values),
              expect == null ? null : fill(expect, values));
      case Probe.Tcp(var name, var period, var timeout, var restart, var latency, var port) ->
          new Probe.Tcp(name, period, timeout, restart, latency, fill(port, values));
    };
  }

  private static Reload fill(Reload reload, Map<String, String> values) {
    return switch (reload) {
      case Reload.Restart restart -> restart;
      case Reload.Signal signal -> signal;
      case Reload.Http(var port, var path) ->
          new Reload.Http(fill(port, values), fill(path, values));
      case Reload.Command(var argv) -> new Reload.Command(fill(argv, values));
    };
  }

  private static List<String> fill(List<String> texts, Map<String, String> values) {
    List<String> filled = new ArrayList<>(texts.size());
    for (String text : texts) {
      filled.add(fill(text, values));
    }
    return filled;
  }

  /// Values are not searched again, so a parameter cannot smuggle a placeholder in.
  private static String replace(String text, UnaryOperator<String> values) {
    int open = text.indexOf("${");
    if (open < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 64);
    int at = 0;
    while (open >= 0) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("'${' without its '}'");
      }
      out.append(text, at, open).append(values.apply(text.substring(open + 2, close)));
      at = close + 1;
      open = text.indexOf("${", at);
    }
    return out.append(text, at, text.length()).toString();
  }
}
