package dev.tombolo.agent.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Parameters;
import dev.tombolo.protocol.release.Placeholders;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// An assignment made ready for this machine: its variant, and its workload with all that the
/// deciders know filled in. What names folders and the loopback endpoint stays a placeholder, for
/// the adapter that runs it.
public record Program(Assignment what, long securityFloor, Variant variant, WorkloadSpec workload) {

  public List<Variant.File> files() {
    return variant.files();
  }

  public long bytes() {
    long bytes = 0;
    for (Variant.File file : variant.files()) {
      bytes += file.size();
    }
    return bytes;
  }

  public boolean hasProcess() {
    return workload.type() != WorkloadSpec.Type.NONE;
  }

  /// True when a process of `other` can take this on without being started anew: the publisher
  /// declared how, and nothing but the files differs.
  public boolean reloadsFrom(Program other) {
    WorkloadSpec declared = variant.workload();
    WorkloadSpec theirs = other.variant.workload();
    return !(declared.reload() instanceof WorkloadSpec.Reload.Restart)
        && declared.type() == theirs.type()
        && declared.argv().equals(theirs.argv())
        && declared.env().equals(theirs.env())
        && declared.probes().equals(theirs.probes())
        && what.parameters().equals(other.what.parameters());
  }

  /// What came of making it ready.
  public sealed interface Outcome {
    record Ready(Program program) implements Outcome {}

    record Unfit(Reason reason) implements Outcome {}
  }

  public static Outcome ready(Assignment what, ReleaseManifest manifest, Platform platform) {
    Variant variant;
    switch (platform.choose(variants(what, manifest))) {
      case Platform.Chosen(var chosen) -> variant = chosen;
      case Platform.None(var reason) -> {
        return new Outcome.Unfit(reason);
      }
    }
    Map<String, String> values;
    switch (Parameters.fill(variant.parameters(), what.parameters())) {
      case Parameters.Filled(var filled) -> values = filled;
      case Parameters.Refused(var reasons) -> {
        return new Outcome.Unfit(reasons.getFirst());
      }
    }
    for (Map.Entry<String, String> value : values.entrySet()) {
      // The adapter fills the rest later: a value must not bring placeholders of its own.
      if (value.getValue().contains("${")) {
        return new Outcome.Unfit(
            new Reason.ParameterInvalid(
                value.getKey(), value.getValue(), "it must not hold a placeholder"));
      }
    }
    WorkloadSpec workload =
        Placeholders.fill(variant.workload(), known(what.release(), variant, values));
    return new Outcome.Ready(new Program(what, manifest.securityFloor(), variant, workload));
  }

  /// What is here stays the variant that it is, also when another would be taken by now.
  private static List<Variant> variants(Assignment what, ReleaseManifest manifest) {
    int at = what.variant();
    if (at == Assignment.VARIANT_UNKNOWN) {
      return manifest.variants();
    }
    return at < manifest.variants().size() ? List.of(manifest.variants().get(at)) : List.of();
  }

  private static Map<String, String> known(
      Digest release, Variant variant, Map<String, String> parameters) {
    Map<String, String> known = new HashMap<>();
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      known.put(Placeholders.PARAM_PREFIX + parameter.getKey(), parameter.getValue());
    }
    known.put(Placeholders.RELEASE_DIGEST, release.text());
    leave(known, Placeholders.RELEASE_DIR);
    leave(known, Placeholders.WORK_DIR);
    leave(known, Placeholders.LOOPBACK_URL);
    for (String runtime : variant.runtimes()) {
      leave(known, Placeholders.RUNTIME_PREFIX + runtime);
    }
    return known;
  }

  private static void leave(Map<String, String> known, String name) {
    known.put(name, "${" + name + "}");
  }
}
