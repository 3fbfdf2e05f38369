package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.core.admin.GitState.Fault;
import dev.tombolo.hub.core.admin.GitState.Fetched;
import dev.tombolo.hub.core.admin.GitState.Taken;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;

/// Sources and their states as JSON, as they are kept.
public final class GitStateJson {
  private GitStateJson() {}

  public static String write(GitSource source) {
    return JsonWriter.write(
        source,
        (json, s) ->
            json.text("url", s.url())
                .text("branch", s.branch())
                .text("path", s.path())
                .integer("intervalMillis", s.intervalMillis()));
  }

  public static GitSource source(JsonFields f) throws MalformedException {
    return new GitSource(
        f.text("url"), f.text("branch"), f.text("path"), f.integer("intervalMillis"));
  }

  public static String write(GitState state) {
    return JsonWriter.write(
        state,
        (json, s) ->
            json.object("fetched", s.fetched(), GitStateJson::write)
                .object("applied", s.applied(), GitStateJson::write)
                .object("fault", s.fault(), GitStateJson::write)
                .list("past", s.past(), GitStateJson::write));
  }

  public static GitState state(JsonFields f) throws MalformedException {
    JsonFields fetched = f.objectOrNull("fetched");
    JsonFields applied = f.objectOrNull("applied");
    JsonFields fault = f.objectOrNull("fault");
    return new GitState(
        fetched == null ? null : fetched(fetched),
        applied == null ? null : taken(applied),
        fault == null ? null : fault(fault),
        f.list("past", GitStateJson::taken));
  }

  private static void write(JsonWriter json, Fetched it) {
    json.text("commit", it.commit()).text("about", it.about()).integer("millis", it.millis());
  }

  private static Fetched fetched(JsonFields f) throws MalformedException {
    return new Fetched(f.text("commit"), f.text("about"), f.integer("millis"));
  }

  private static void write(JsonWriter json, Taken it) {
    json.text("commit", it.commit())
        .text("about", it.about())
        .integer("millis", it.millis())
        .text("by", it.by())
        .text("version", it.version());
  }

  private static Taken taken(JsonFields f) throws MalformedException {
    return new Taken(
        f.text("commit"), f.text("about"), f.integer("millis"), f.text("by"), f.text("version"));
  }

  private static void write(JsonWriter json, Fault it) {
    json.text("commit", it.commit())
        .text("what", it.what())
        .text("file", it.file())
        .integer("line", it.line())
        .integer("millis", it.millis())
        .text("waitsFor", it.waitsFor().isEmpty() ? null : it.waitsFor());
  }

  private static Fault fault(JsonFields f) throws MalformedException {
    String waitsFor = f.textOrNull("waitsFor");
    return new Fault(
        f.text("commit"),
        f.text("what"),
        f.text("file"),
        f.small("line"),
        f.integer("millis"),
        waitsFor == null ? "" : waitsFor);
  }
}
