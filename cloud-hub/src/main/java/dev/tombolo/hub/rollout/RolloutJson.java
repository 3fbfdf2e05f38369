package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Rollouts as JSON, as they are kept.
public final class RolloutJson {
  /// As much as a column may have: what was written is read again.
  private static final int REASON_BYTES_MAX = 4 * 1024 * 1024;

  private RolloutJson() {}

  public static String write(RolloutRecord record) {
    return JsonWriter.write(record, RolloutJson::write);
  }

  public static String write(List<WaveCount> waves) {
    return JsonWriter.write(waves, (json, all) -> json.list("waves", all, RolloutJson::write));
  }

  public static List<WaveCount> counts(JsonFields f) throws MalformedException {
    return f.list("waves", RolloutJson::count);
  }

  public static RolloutRecord record(JsonFields f) throws MalformedException {
    return new RolloutRecord(
        new RolloutId(f.integer("id")),
        new ReleaseRef(f.name("application"), f.text("version")),
        f.digest("digest"),
        scope(f.object("scope")),
        plan(f.object("plan")),
        state(f.object("state")),
        f.list("priors", p -> new Prior(p.digest("release"), p.text("version"))),
        f.small("life"),
        f.integer("suspectUntilMillis"),
        f.integer("createdMillis"),
        f.text("createdBy"),
        f.has("origin") ? origin(f.object("origin")) : Origin.NONE,
        Objects.requireNonNullElse(f.smallOrNull("retryFrom"), RolloutRecord.NO_RETRY));
  }

  /// What a rollout is to do, but for its deadline: the same for the same file.
  public static Digest what(ReleaseRef release, Scope scope, RolloutPlan plan) {
    RolloutPlan timeless =
        new RolloutPlan(plan.waves(), plan.budgets(), plan.abort(), plan.permitMillis(), null);
    return Digest.ofText(
        JsonWriter.write(
            timeless,
            (json, p) ->
                json.text("release", release.toString())
                    .object("scope", scope, RolloutJson::write)
                    .object("plan", p, RolloutJson::write)));
  }

  private static Origin origin(JsonFields f) throws MalformedException {
    return new Origin(
        f.text("name"),
        f.integer("generation"),
        f.text("writtenIn"),
        f.list(
            "past",
            p -> new Origin.Past(p.text("name"), p.integer("generation"), p.digest("what"))));
  }

  private static void write(JsonWriter json, Origin origin) {
    json.text("name", origin.name())
        .integer("generation", origin.generation())
        .text("writtenIn", origin.writtenIn())
        .list(
            "past",
            origin.past(),
            (each, past) ->
                each.text("name", past.name())
                    .integer("generation", past.generation())
                    .id("what", past.what()));
  }

  private static void write(JsonWriter json, RolloutRecord r) {
    json.integer("id", r.id().number())
        .id("application", r.application())
        .text("version", r.release().version())
        .id("digest", r.digest())
        .object("scope", r.scope(), RolloutJson::write)
        .object("plan", r.plan(), RolloutJson::write)
        .object("state", r.state(), RolloutJson::write)
        .list(
            "priors",
            r.priors(),
            (each, prior) -> each.id("release", prior.release()).text("version", prior.version()))
        .integer("life", r.life())
        .integer("suspectUntilMillis", r.suspectUntilMillis())
        .integer("createdMillis", r.createdMillis())
        .text("createdBy", r.createdBy());
    if (r.retryFrom() != RolloutRecord.NO_RETRY) {
      json.integer("retryFrom", r.retryFrom());
    }
    if (!r.origin().equals(Origin.NONE)) {
      json.object("origin", r.origin(), RolloutJson::write);
    }
  }

  private static void write(JsonWriter json, Scope s) {
    json.id("fleet", s.fleet())
        .texts("sites", new TreeSet<>(s.sites()).stream().map(Name::text).toList())
        .textMap("labels", s.labels());
  }

  private static Scope scope(JsonFields f) throws MalformedException {
    return new Scope(
        f.name("fleet"),
        f.texts("sites").stream().map(Name::new).collect(Collectors.toSet()),
        f.textMap("labels"));
  }

  private static void write(JsonWriter json, RolloutPlan p) {
    json.list("waves", p.waves(), RolloutJson::write)
        .integer("perSite", p.budgets().perSite())
        .integer("inFlight", p.budgets().inFlight())
        .integer("failuresPerSite", p.budgets().failuresPerSite())
        .integer("abortFailed", p.abort().failed())
        .integer("abortPercent", p.abort().failedPercent())
        .yes("rollsBack", p.abort().rollsBack())
        .integer("permitMillis", p.permitMillis())
        .integerOrNull("deadlineMillis", p.deadlineMillis());
  }

  private static RolloutPlan plan(JsonFields f) throws MalformedException {
    return new RolloutPlan(
        f.list("waves", RolloutJson::wave),
        new Budgets(f.small("perSite"), f.small("inFlight"), f.small("failuresPerSite")),
        new AbortRule(f.small("abortFailed"), f.small("abortPercent"), f.yes("rollsBack")),
        f.integer("permitMillis"),
        f.integerOrNull("deadlineMillis"));
  }

  private static void write(JsonWriter json, Wave w) {
    json.text("name", w.name())
        .integer("healthyPercent", w.gate().healthyPercent())
        .integer("soakMillis", w.gate().soakMillis())
        .yes("needsApproval", w.gate().needsApproval());
    switch (w.pick()) {
      case Pick.Count pick -> json.text("pick", "count").integer("count", pick.devices());
      case Pick.Percent pick -> json.text("pick", "percent").integer("percent", pick.percent());
      case Pick.Labelled pick -> json.text("pick", "labels").textMap("labels", pick.labels());
      case Pick.Listed pick ->
          json.text("pick", "slots")
              .texts("slots", new TreeSet<>(pick.slots()).stream().map(SlotRef::toString).toList());
      case Pick.Rest _ -> json.text("pick", "rest");
    }
  }

  private static Wave wave(JsonFields f) throws MalformedException {
    String pick = f.text("pick");
    return new Wave(
        f.text("name"),
        switch (pick) {
          case "count" -> new Pick.Count(f.small("count"));
          case "percent" -> new Pick.Percent(f.small("percent"));
          case "labels" -> new Pick.Labelled(f.textMap("labels"));
          case "slots" ->
              new Pick.Listed(
                  f.texts("slots").stream().map(SlotRef::parse).collect(Collectors.toSet()));
          case "rest" -> new Pick.Rest();
          default -> throw f.wrong("pick", "unknown: " + pick);
        },
        new Gate(f.small("healthyPercent"), f.integer("soakMillis"), f.yes("needsApproval")));
  }

  private static void write(JsonWriter json, RolloutState state) {
    switch (state) {
      case RolloutState.Planning _ -> json.text("is", "planning");
      case RolloutState.Rolling s ->
          json.text("is", "rolling")
              .integer("open", s.openThrough())
              .integer("openedMillis", s.openedMillis())
              .integer("healthySinceMillis", s.healthySinceMillis())
              .text("approvedBy", s.approvedBy());
      case RolloutState.Paused s ->
          json.text("is", "paused")
              .integer("open", s.openThrough())
              .text("by", s.by())
              .integer("millis", s.sinceMillis());
      case RolloutState.Completed s ->
          json.text("is", "completed")
              .integer("open", s.openThrough())
              .integer("millis", s.millis());
      case RolloutState.Aborted s ->
          ended(json, "aborted", s.openThrough(), s.by(), s.cause(), s.millis());
      case RolloutState.RolledBack s ->
          ended(json, "rolled-back", s.openThrough(), s.by(), s.cause(), s.millis());
      case RolloutState.Expired s ->
          json.text("is", "expired").integer("open", s.openThrough()).integer("millis", s.millis());
    }
  }

  private static void ended(
      JsonWriter json, String is, int open, String by, Reason cause, long millis) {
    json.text("is", is)
        .integer("open", open)
        .text("by", by)
        .text("cause", Json.write(cause))
        .integer("millis", millis);
  }

  private static RolloutState state(JsonFields f) throws MalformedException {
    String is = f.text("is");
    return switch (is) {
      case "planning" -> new RolloutState.Planning();
      case "rolling" ->
          new RolloutState.Rolling(
              f.small("open"),
              f.integer("openedMillis"),
              f.integer("healthySinceMillis"),
              f.text("approvedBy"));
      case "paused" -> new RolloutState.Paused(f.small("open"), f.text("by"), f.integer("millis"));
      case "completed" -> new RolloutState.Completed(f.small("open"), f.integer("millis"));
      case "aborted" ->
          new RolloutState.Aborted(f.small("open"), f.text("by"), cause(f), f.integer("millis"));
      case "rolled-back" ->
          new RolloutState.RolledBack(f.small("open"), f.text("by"), cause(f), f.integer("millis"));
      case "expired" -> new RolloutState.Expired(f.small("open"), f.integer("millis"));
      default -> throw f.wrong("is", "unknown: " + is);
    };
  }

  private static Reason cause(JsonFields f) throws MalformedException {
    return Json.read(Reason.class, f.text("cause"), REASON_BYTES_MAX);
  }

  private static void write(JsonWriter json, WaveCount c) {
    json.integer("total", c.total())
        .integer("succeeded", c.succeeded())
        .integer("failed", c.failed())
        .integer("inFlight", c.inFlight())
        .integer("downloading", c.downloading())
        .integer("ready", c.ready())
        .integer("dark", c.dark())
        .integer("back", c.back())
        .integer("reached", c.reached())
        .integer("taken", c.taken().total())
        .integer("takenSucceeded", c.taken().succeeded())
        .integer("takenFailed", c.taken().failed())
        .integer("alsoOut", c.alsoOut())
        .integer("outside", c.outside())
        .integer("leftAlone", c.leftAlone());
  }

  private static int orZero(JsonFields f, String field) throws MalformedException {
    return Objects.requireNonNullElse(f.smallOrNull(field), 0);
  }

  private static WaveCount count(JsonFields f) throws MalformedException {
    return new WaveCount(
        f.small("total"),
        f.small("succeeded"),
        f.small("failed"),
        f.small("inFlight"),
        f.small("downloading"),
        f.small("ready"),
        f.small("dark"),
        f.small("back"),
        f.small("reached"),
        new WaveCount.Taken(
            orZero(f, "taken"), orZero(f, "takenSucceeded"), orZero(f, "takenFailed")),
        orZero(f, "alsoOut"),
        orZero(f, "outside"),
        orZero(f, "leftAlone"));
  }
}
