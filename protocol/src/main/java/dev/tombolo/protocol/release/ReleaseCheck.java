package dev.tombolo.protocol.release;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Checks what a publisher is about to sign, or has signed, before anything of it is used. The CLI,
/// the hub and each device run the same checks.
public final class ReleaseCheck {
  public static final int DESCRIPTION_CHARS_MAX = 1024;
  public static final int FLEETS_MAX = 256;
  public static final int WORDS_MAX = 32;
  public static final int PARAMETERS_MAX = 64;
  public static final int NEEDS_MAX = 16;
  public static final long FILE_BYTES_MAX = 1L << 40;
  private static final String ANY_FLEET = "*";

  private final ReleaseManifest manifest;
  private final List<Reason> problems = new ArrayList<>();

  private ReleaseCheck(ReleaseManifest manifest) {
    this.manifest = manifest;
  }

  /// Whether a probe of it fails by the time that its answer takes.
  public static boolean hasLatencyGate(List<Variant> variants) {
    return variants.stream()
        .flatMap(it -> it.workload().probes().stream())
        .anyMatch(it -> it.maxLatencyMillis() != null);
  }

  /// Everything that is wrong with the manifest; empty when it is sound.
  public static List<Reason> problems(ReleaseManifest manifest) {
    ReleaseCheck check = checked(manifest);
    if (check.problems.isEmpty()) {
      check.size();
    }
    return check.problems;
  }

  /// The same for one whose signed bytes are known to keep their bound.
  static List<Reason> problemsOfSigned(ReleaseManifest manifest) {
    return checked(manifest).problems;
  }

  private static ReleaseCheck checked(ReleaseManifest manifest) {
    ReleaseCheck check = new ReleaseCheck(manifest);
    check.head();
    if (hasLatencyGate(manifest.variants())) {
      check.required(Features.LATENCY, "a probe with maxLatencyMillis");
    }
    for (int i = 0; i < manifest.variants().size(); i++) {
      check.variant("variants[" + i + "]", manifest.variants().get(i));
    }
    return check;
  }

  /// True for a device of that fleet.
  public static boolean isFor(ReleaseManifest manifest, Name fleet) {
    return manifest.fleets().contains(ANY_FLEET) || manifest.fleets().contains(fleet.text());
  }

  private void head() {
    if (!ReleaseRef.isVersion(manifest.version())) {
      invalid("version", "'" + Quoted.of(manifest.version()) + "' is not a version");
    }
    if (manifest.description().length() > DESCRIPTION_CHARS_MAX) {
      invalid("description", "longer than " + DESCRIPTION_CHARS_MAX + " characters");
    }
    if (manifest.securityFloor() < 0 || manifest.securityFloor() > Limits.INTEGER_MAX) {
      invalid("securityFloor", "must lie between 0 and 2^53");
    }
    fleets();
    words("requires", manifest.requires());
    needs();
    if (manifest.variants().isEmpty()) {
      invalid("variants", "a release needs at least one");
    }
    limit("RELEASE_VARIANTS_MAX", Limits.RELEASE_VARIANTS_MAX, manifest.variants().size());
  }

  private void fleets() {
    List<String> fleets = manifest.fleets();
    if (fleets.isEmpty()) {
      invalid("fleets", "name the fleets it is for, or '*' alone for any");
    }
    limit("FLEETS_MAX", FLEETS_MAX, fleets.size());
    for (String fleet : fleets) {
      if (fleet.equals(ANY_FLEET) ? fleets.size() > 1 : !Name.isValid(fleet)) {
        invalid("fleets", "'" + Quoted.of(fleet) + "' is not a fleet's name, nor '*' alone");
      }
    }
    distinct("fleets", fleets);
  }

  private void needs() {
    limit("NEEDS_MAX", NEEDS_MAX, manifest.needs().size());
    List<String> names = new ArrayList<>();
    for (Need need : manifest.needs()) {
      names.add(need.application().text());
      if (need.application().equals(manifest.name())) {
        invalid("needs", "it needs itself, which can never be live before it is");
      }
      if (!ReleaseRef.isVersion(need.atLeast())) {
        invalid(
            "needs." + need.application(), "'" + Quoted.of(need.atLeast()) + "' is not a version");
      }
    }
    distinct("needs", names);
    if (!manifest.needs().isEmpty()) {
      required(Features.NEEDS, "a release with needs");
    }
  }

  private void required(String feature, String what) {
    if (!manifest.requires().contains(feature)) {
      invalid("requires", what + " requires '" + feature + "' of the agent; add it");
    }
  }

  private void variant(String at, Variant variant) {
    if (!variant.os().equals("linux")) {
      invalid(at + ".os", "'" + Quoted.of(variant.os()) + "' is not served; use linux");
    }
    if (!isWord(variant.architecture())) {
      invalid(at + ".architecture", "use what `uname -m` says, or any");
    }
    words(at + ".runtimes", variant.runtimes());
    files(at + ".files", variant.files());
    Set<String> known = parameters(at + ".parameters", variant.parameters());
    for (String runtime : variant.runtimes()) {
      known.add(Placeholders.RUNTIME_PREFIX + runtime);
    }
    WorkloadCheck.run(at + ".workload", variant.workload(), known, problems);
  }

  private void files(String at, List<Variant.File> files) {
    limit("RELEASE_FILES_MAX", Limits.RELEASE_FILES_MAX, files.size());
    List<String> paths = new ArrayList<>(files.size());
    Map<Digest, Long> sizes = new HashMap<>();
    for (int i = 0; i < files.size(); i++) {
      Variant.File file = files.get(i);
      paths.add(file.path());
      if (file.size() < 0 || file.size() > FILE_BYTES_MAX) {
        invalid(at + "[" + i + "].size", file.size() + " is not a size");
      }
      Long other = sizes.put(file.digest(), file.size());
      if (other != null && other != file.size()) {
        invalid(at + "[" + i + "].size", "one digest cannot have two sizes");
      }
    }
    Reason path = PathCheck.problem(paths);
    if (path != null) {
      problems.add(path);
    }
  }

  /// The placeholders that the parameters make.
  private Set<String> parameters(String at, List<Variant.Parameter> parameters) {
    limit("PARAMETERS_MAX", PARAMETERS_MAX, parameters.size());
    Set<String> known = new HashSet<>();
    for (Variant.Parameter parameter : parameters) {
      String name = parameter.name();
      if (!isWord(name)) {
        invalid(at, "'" + Quoted.of(name) + "' is not a parameter's name");
      } else if (!known.add(Placeholders.PARAM_PREFIX + name)) {
        invalid(at, "'" + Quoted.of(name) + "' is declared twice");
      }
      bounds(at, parameter);
      String fallback = parameter.fallback();
      Reason problem = fallback == null ? null : Parameters.problem(parameter, fallback);
      if (problem != null) {
        problems.add(problem);
      }
    }
    return known;
  }

  private void bounds(String at, Variant.Parameter parameter) {
    Long min = parameter.min();
    Long max = parameter.max();
    if (min != null && max != null && min > max) {
      invalid(at, "'" + Quoted.of(parameter.name()) + "' has its min above its max");
    }
    if (isBeyondJson(min) || isBeyondJson(max)) {
      invalid(at, "'" + Quoted.of(parameter.name()) + "' has a bound beyond 2^53");
    }
    boolean tooLong = max != null && max > Parameters.TEXT_CHARS_MAX;
    if (parameter.type() == Variant.Parameter.Type.TEXT && tooLong) {
      invalid(
          at,
          "'"
              + Quoted.of(parameter.name())
              + "' allows over "
              + Parameters.TEXT_CHARS_MAX
              + " characters");
    }
  }

  private static boolean isBeyondJson(@Nullable Long bound) {
    return bound != null && (bound > Limits.INTEGER_MAX || bound < -Limits.INTEGER_MAX);
  }

  private void words(String field, List<String> words) {
    limit("WORDS_MAX", WORDS_MAX, words.size());
    for (String word : words) {
      if (!isWord(word)) {
        invalid(field, "'" + Quoted.of(word) + "' must be 1-63 letters, digits, '_', '-' or '.'");
      }
    }
    distinct(field, words);
  }

  private void distinct(String field, List<String> words) {
    if (new HashSet<>(words).size() < words.size()) {
      invalid(field, "names something twice");
    }
  }

  /// The bound holds for the signed bytes; those of a manifest yet to be signed are these.
  private void size() {
    limit(
        "RELEASE_MANIFEST_BYTES_MAX",
        Limits.RELEASE_MANIFEST_BYTES_MAX,
        Json.write(manifest).getBytes(StandardCharsets.UTF_8).length);
  }

  private void limit(String limit, int max, int got) {
    if (got > max) {
      problems.add(new Reason.LimitExceeded(limit, max, got));
    }
  }

  private void invalid(String field, String detail) {
    problems.add(new Reason.ReleaseInvalid(field, detail));
  }

  static boolean isWord(String text) {
    if (text.isEmpty() || text.length() > 63 || !isLetterOrDigit(text.charAt(0))) {
      return false;
    }
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isLetterOrDigit(c) && c != '_' && c != '-' && c != '.') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
