package dev.tombolo.agent.sqlite;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseCheck;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A release's state as JSON text, readable with the `sqlite3` tool.
final class StateText {
  /// More than is ever written: two assignments, each of a section that was taken, in which a
  /// character may take three times its room here, and what is said of them.
  private static final int STATE_BYTES_MAX = 8 * Limits.SECTION_BYTES_MAX;

  /// As many as a state has, and one in doubt.
  private static final int NEEDING_MAX = 4;

  private StateText() {}

  /// What failed last, and what is needed, stand beside the state; an older agent reads past them.
  static String write(AgentSnapshot.Application application) {
    return JsonWriter.write(
        application,
        (json, it) -> {
          write(json, it.state());
          json.object("failedTry", it.failed().orElse(null), StateText::write);
          if (!it.needs().isEmpty()) {
            json.list("needs", List.copyOf(new TreeMap<>(it.needs()).entrySet()), StateText::write);
          }
        });
  }

  static ReleaseState read(String text) throws MalformedException {
    return Json.read("release state", text, STATE_BYTES_MAX, StateText::read);
  }

  static Optional<FailedTry> readFailed(String text) throws MalformedException {
    return Json.read("release state", text, STATE_BYTES_MAX, StateText::failed);
  }

  private static void write(JsonWriter json, FailedTry failed) {
    json.id("release", failed.release())
        .text("version", failed.version())
        .integer("wallMillis", failed.wallMillis())
        .text("cause", Json.write(failed.cause()));
  }

  private static Optional<FailedTry> failed(JsonFields state) throws MalformedException {
    JsonFields json = state.objectOrNull("failedTry");
    return json == null
        ? Optional.empty()
        : Optional.of(
            new FailedTry(
                json.digest("release"),
                json.text("version"),
                json.integer("wallMillis"),
                cause(json)));
  }

  /// Empty from an agent that did not keep them.
  static Map<Digest, List<Need>> readNeeds(String text) throws MalformedException {
    return Json.read("release state", text, STATE_BYTES_MAX, StateText::needs);
  }

  private static void write(JsonWriter json, Map.Entry<Digest, List<Need>> release) {
    json.id("release", release.getKey()).list("of", release.getValue(), StateText::write);
  }

  private static void write(JsonWriter json, Need need) {
    json.id("application", need.application()).text("atLeast", need.atLeast());
  }

  private static Map<Digest, List<Need>> needs(JsonFields state) throws MalformedException {
    Map<Digest, List<Need>> needs = new HashMap<>();
    if (state.has("needs")) {
      for (Map.Entry<Digest, List<Need>> release : state.list("needs", StateText::needing)) {
        needs.put(release.getKey(), release.getValue());
      }
    }
    if (needs.size() > NEEDING_MAX) {
      throw state.wrong("needs", "are of more than " + NEEDING_MAX + " releases");
    }
    return needs;
  }

  private static Map.Entry<Digest, List<Need>> needing(JsonFields json) throws MalformedException {
    List<Need> needs = json.list("of", StateText::need);
    if (needs.size() > ReleaseCheck.NEEDS_MAX) {
      throw json.wrong("of", "has more than " + ReleaseCheck.NEEDS_MAX);
    }
    return Map.entry(json.digest("release"), needs);
  }

  private static Need need(JsonFields json) throws MalformedException {
    String atLeast = json.text("atLeast");
    if (!ReleaseRef.isVersion(atLeast)) {
      throw json.wrong("atLeast", "is not a version");
    }
    return new Need(json.name("application"), atLeast);
  }

  static String write(Assignment assignment) {
    return JsonWriter.write(assignment, StateText::write);
  }

  static Assignment readAssignment(String text) throws MalformedException {
    return Json.read("assignment", text, STATE_BYTES_MAX, StateText::assignment);
  }

  static String write(Permit permit) {
    return JsonWriter.write(
        permit,
        (json, it) ->
            json.id("rollout", it.rollout())
                .integer("wave", it.wave())
                .integer("notBeforeMillis", it.notBeforeMillis())
                .integer("notAfterMillis", it.notAfterMillis()));
  }

  static Permit readPermit(String text) throws MalformedException {
    return Json.read(
        "permit",
        text,
        Limits.SECTION_BYTES_MAX,
        json ->
            new Permit(
                json.name("rollout"),
                json.small("wave"),
                json.integer("notBeforeMillis"),
                json.integer("notAfterMillis")));
  }

  private static void write(JsonWriter json, ReleaseState state) {
    switch (state) {
      case ReleaseState.Absent _ -> json.text("state", "absent");
      case ReleaseState.Fetching(var wanted, var live, var route) -> {
        on(json, "fetching", wanted, live);
        json.object("route", route, StateText::write);
      }
      case ReleaseState.Staging(var wanted, var live) -> on(json, "staging", wanted, live);
      case ReleaseState.Staged(var wanted, var live) -> on(json, "staged", wanted, live);
      case ReleaseState.Switching(var wanted, var live) -> on(json, "switching", wanted, live);
      case ReleaseState.Probing(var wanted, var previous, var restarts) ->
          json.text("state", "probing")
              .object("wanted", wanted, StateText::write)
              .object("previous", orNull(previous), StateText::write)
              .integer("restarts", restarts);
      case ReleaseState.Live(var live, var previous) ->
          json.text("state", "live")
              .object("live", live, StateText::write)
              .object("previous", orNull(previous), StateText::write);
      case ReleaseState.SwitchingBack(var failed, var previous, var cause) ->
          back(json, "switching-back", failed, previous, cause);
      case ReleaseState.Restoring(var failed, var previous, var cause) ->
          back(json, "restoring", failed, previous, cause);
      case ReleaseState.RolledBack(var failed, var live, var cause) ->
          json.text("state", "rolled-back")
              .object("failed", failed, StateText::write)
              .object("live", orNull(live), StateText::write)
              .text("cause", Json.write(cause));
      case ReleaseState.Removing(var last) ->
          json.text("state", "removing").object("last", last, StateText::write);
    }
  }

  private static void on(
      JsonWriter json, String state, Assignment wanted, Optional<Assignment> live) {
    json.text("state", state)
        .object("wanted", wanted, StateText::write)
        .object("live", orNull(live), StateText::write);
  }

  private static void write(JsonWriter json, Route route) {
    switch (route) {
      case Route.Asking(var fromLive, var _) ->
          json.text("how", "asking").yes("fromLive", fromLive);
      case Route.ByBundle(var bundle, var bytes, var base, var _) ->
          json.text("how", "bundle")
              .id("bundle", bundle)
              .integer("bytes", bytes)
              .id("base", base.orElse(null));
      case Route.ByFiles _ -> json.text("how", "files");
    }
    json.text("cause", route.cause().map(Json::write).orElse(null));
  }

  private static void back(
      JsonWriter json, String state, Assignment failed, Assignment previous, Reason cause) {
    json.text("state", state)
        .object("failed", failed, StateText::write)
        .object("previous", previous, StateText::write)
        .text("cause", Json.write(cause));
  }

  private static @Nullable Assignment orNull(Optional<Assignment> assignment) {
    return assignment.orElse(null);
  }

  private static void write(JsonWriter json, Assignment assignment) {
    json.id("release", assignment.release())
        .text("version", assignment.version())
        .textMap("parameters", assignment.parameters());
    if (assignment.variant() != Assignment.VARIANT_UNKNOWN) {
      json.integer("variant", assignment.variant());
    }
  }

  private static ReleaseState read(JsonFields json) throws MalformedException {
    String state = json.text("state");
    return switch (state) {
      case "absent" -> new ReleaseState.Absent();
      case "fetching" -> fetching(json);
      case "staging" -> new ReleaseState.Staging(one(json, "wanted"), maybe(json, "live"));
      case "staged" -> new ReleaseState.Staged(one(json, "wanted"), maybe(json, "live"));
      case "switching" -> new ReleaseState.Switching(one(json, "wanted"), maybe(json, "live"));
      case "probing" -> probing(json);
      case "live" -> new ReleaseState.Live(one(json, "live"), maybe(json, "previous"));
      case "switching-back" ->
          new ReleaseState.SwitchingBack(one(json, "failed"), one(json, "previous"), cause(json));
      case "restoring" ->
          new ReleaseState.Restoring(one(json, "failed"), one(json, "previous"), cause(json));
      case "rolled-back" ->
          new ReleaseState.RolledBack(one(json, "failed"), maybe(json, "live"), cause(json));
      case "removing" -> new ReleaseState.Removing(one(json, "last"));
      default -> throw json.wrong("state", "is not a state of a release");
    };
  }

  private static final Route BEFORE_BUNDLES =
      new Route.ByFiles(
          Optional.of(
              new Reason.BundleMissing("the download began under an agent that knew no bundles")));

  /// An agent before this one knew one way only.
  private static ReleaseState fetching(JsonFields json) throws MalformedException {
    JsonFields route = json.objectOrNull("route");
    return new ReleaseState.Fetching(
        one(json, "wanted"), maybe(json, "live"), route == null ? BEFORE_BUNDLES : route(route));
  }

  private static Route route(JsonFields json) throws MalformedException {
    String text = json.textOrNull("cause");
    Optional<Reason> cause =
        text == null
            ? Optional.empty()
            : Optional.of(Json.read(Reason.class, text, Limits.SECTION_BYTES_MAX));
    String how = json.text("how");
    return switch (how) {
      case "asking" -> new Route.Asking(json.yes("fromLive"), cause);
      case "bundle" ->
          new Route.ByBundle(
              json.digest("bundle"),
              json.integer("bytes"),
              Optional.ofNullable(json.digestOrNull("base")),
              cause);
      case "files" -> new Route.ByFiles(cause);
      default -> throw json.wrong("how", "is not a way for files to come");
    };
  }

  /// An agent before this one did not count.
  private static ReleaseState probing(JsonFields json) throws MalformedException {
    Integer restarts = json.smallOrNull("restarts");
    return new ReleaseState.Probing(
        one(json, "wanted"), maybe(json, "previous"), restarts == null ? 0 : restarts);
  }

  private static Assignment one(JsonFields json, String field) throws MalformedException {
    return assignment(json.object(field));
  }

  private static Optional<Assignment> maybe(JsonFields json, String field)
      throws MalformedException {
    JsonFields found = json.objectOrNull(field);
    return found == null ? Optional.empty() : Optional.of(assignment(found));
  }

  /// An agent before this one did not keep the variant.
  private static Assignment assignment(JsonFields json) throws MalformedException {
    Integer variant = json.smallOrNull("variant");
    return new Assignment(
        json.digest("release"),
        json.text("version"),
        json.textMap("parameters"),
        variant == null ? Assignment.VARIANT_UNKNOWN : variant);
  }

  private static Reason cause(JsonFields json) throws MalformedException {
    return Json.read(Reason.class, json.text("cause"), Limits.SECTION_BYTES_MAX);
  }
}
