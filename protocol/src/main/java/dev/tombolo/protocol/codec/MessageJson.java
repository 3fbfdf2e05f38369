package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.HubBeacon;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import org.jspecify.annotations.Nullable;

/// The messages of the MQTT topics.
final class MessageJson {
  private static final ApplicationStatus.Phase[] PHASES = ApplicationStatus.Phase.values();
  private static final Transfer.How[] HOWS = Transfer.How.values();

  private MessageJson() {}

  static Report report(JsonFields f) throws MalformedException {
    return new Report(
        f.text("incarnation"),
        f.text("bootId"),
        f.integer("wallMillis"),
        f.integer("monotonicMillis"),
        f.integerOrNull("follows"),
        f.list("rows", MessageJson::row));
  }

  static void write(JsonWriter json, Report r) {
    json.text("incarnation", r.incarnation())
        .text("bootId", r.bootId())
        .integer("wallMillis", r.wallMillis())
        .integer("monotonicMillis", r.monotonicMillis())
        .integerOrNull("follows", r.follows())
        .list("rows", r.rows(), MessageJson::write);
  }

  private static Report.Row row(JsonFields f) throws MalformedException {
    return new Report.Row(
        f.integer("sequence"),
        f.text("bootId"),
        f.integer("wallMillis"),
        f.integer("monotonicMillis"),
        body(f.object("body")));
  }

  private static void write(JsonWriter json, Report.Row r) {
    json.integer("sequence", r.sequence())
        .text("bootId", r.bootId())
        .integer("wallMillis", r.wallMillis())
        .integer("monotonicMillis", r.monotonicMillis())
        .object("body", r.body(), MessageJson::write);
  }

  static ReportBody body(JsonFields f) throws MalformedException {
    String kind = f.text("kind");
    return switch (kind) {
      case "state" ->
          new ReportBody.State(
              f.digestOrNull("manifest"),
              f.integer("revision"),
              f.list("applications", MessageJson::status),
              f.list("reasons", ReasonJson::read),
              f.textMap("facts"));
      case "happened" ->
          new ReportBody.Happened(
              f.text("what"),
              f.nameOrNull("application"),
              f.digestOrNull("release"),
              ReasonJson.readOrNull(f.objectOrNull("reason")),
              DesiredJson.permitOrNull(f.objectOrNull("permit")));
      case "result" -> new ReportBody.Result(f.name("channel"), f.text("json"));
      case "dropped" ->
          new ReportBody.Dropped(
              f.name("channel"),
              f.integer("count"),
              f.integer("fromSequence"),
              f.integer("throughSequence"));
      default -> throw f.wrong("kind", "must be state, happened, result or dropped");
    };
  }

  static void write(JsonWriter json, ReportBody body) {
    switch (body) {
      case ReportBody.State s ->
          json.text("kind", "state")
              .id("manifest", s.manifest())
              .integer("revision", s.revision())
              .list("applications", s.applications(), MessageJson::write)
              .list("reasons", s.reasons(), ReasonJson::write)
              .textMap("facts", s.facts());
      case ReportBody.Happened h ->
          json.text("kind", "happened")
              .text("what", h.what())
              .id("application", h.application())
              .id("release", h.release())
              .object("reason", h.reason(), ReasonJson::write)
              .object("permit", h.permit(), DesiredJson::write);
      case ReportBody.Result r ->
          json.text("kind", "result").id("channel", r.channel()).text("json", r.json());
      case ReportBody.Dropped d ->
          json.text("kind", "dropped")
              .id("channel", d.channel())
              .integer("count", d.count())
              .integer("fromSequence", d.fromSequence())
              .integer("throughSequence", d.throughSequence());
    }
  }

  private static ApplicationStatus status(JsonFields f) throws MalformedException {
    return new ApplicationStatus(
        f.name("name"),
        f.word("phase", PHASES),
        f.digestOrNull("wanted"),
        f.textOrNull("wantedVersion"),
        f.digestOrNull("live"),
        f.textOrNull("liveVersion"),
        f.digestOrNull("previous"),
        f.integer("sinceWallMillis"),
        f.integer("bytesDone"),
        f.integer("bytesTotal"),
        f.integer("pid"),
        f.list("reasons", ReasonJson::read),
        DesiredJson.permitOrNull(f.objectOrNull("permit")),
        transferOrNull(f.objectOrNull("transfer")));
  }

  private static @Nullable Transfer transferOrNull(@Nullable JsonFields f)
      throws MalformedException {
    return f == null
        ? null
        : new Transfer(f.word("how", HOWS), f.digestOrNull("base"), f.integer("bytesPerSecond"));
  }

  private static void write(JsonWriter json, Transfer t) {
    json.word("how", t.how()).id("base", t.base()).integer("bytesPerSecond", t.bytesPerSecond());
  }

  private static void write(JsonWriter json, ApplicationStatus s) {
    json.id("name", s.name())
        .word("phase", s.phase())
        .id("wanted", s.wanted())
        .text("wantedVersion", s.wantedVersion())
        .id("live", s.live())
        .text("liveVersion", s.liveVersion())
        .id("previous", s.previous())
        .integer("sinceWallMillis", s.sinceWallMillis())
        .integer("bytesDone", s.bytesDone())
        .integer("bytesTotal", s.bytesTotal())
        .integer("pid", s.pid())
        .list("reasons", s.reasons(), ReasonJson::write)
        .object("permit", s.permit(), DesiredJson::write)
        .object("transfer", s.transfer(), MessageJson::write);
  }

  static BundleOffer offer(JsonFields f) throws MalformedException {
    return new BundleOffer(f.digest("bundle"), f.integer("bytes"));
  }

  static void write(JsonWriter json, BundleOffer o) {
    json.id("bundle", o.bundle()).integer("bytes", o.bytes());
  }

  static Acked acked(JsonFields f) throws MalformedException {
    return new Acked(
        f.text("incarnation"),
        f.integer("through"),
        f.integer("hubMillis"),
        f.integerOrNull("backedUpThrough"));
  }

  static void write(JsonWriter json, Acked a) {
    json.text("incarnation", a.incarnation())
        .integer("through", a.through())
        .integer("hubMillis", a.hubMillis())
        .integerOrNull("backedUpThrough", a.backedUpThrough());
  }

  static Presence presence(JsonFields f) throws MalformedException {
    String type = f.text("type");
    return switch (type) {
      case "birth" ->
          new Presence.Birth(
              f.text("bootId"),
              f.integer("connect"),
              historyOrNull(f.objectOrNull("history")),
              f.integer("revision"),
              f.digestOrNull("manifest"),
              f.digests("sections"),
              f.textOrNull("documentKey"),
              f.text("incarnation"),
              f.integer("outboxThrough"),
              f.text("agentVersion"),
              f.texts("features"),
              f.integer("wallMillis"),
              f.textsOrNull("lan"));
      case "will" -> new Presence.Will(f.text("bootId"), f.integer("connect"));
      default -> throw f.wrong("type", "must be birth or will");
    };
  }

  static void write(JsonWriter json, Presence presence) {
    switch (presence) {
      case Presence.Birth b ->
          json.text("type", "birth")
              .text("bootId", b.bootId())
              .integer("connect", b.connect())
              .object("history", b.history(), DesiredJson::write)
              .integer("revision", b.revision())
              .id("manifest", b.manifest())
              .digests("sections", b.sections())
              .text("documentKey", b.documentKey())
              .text("incarnation", b.incarnation())
              .integer("outboxThrough", b.outboxThrough())
              .text("agentVersion", b.agentVersion())
              .texts("features", b.features())
              .integer("wallMillis", b.wallMillis())
              .textsOrNone("lan", b.lan());
      case Presence.Will w ->
          json.text("type", "will").text("bootId", w.bootId()).integer("connect", w.connect());
    }
  }

  private static @Nullable History historyOrNull(@Nullable JsonFields f) throws MalformedException {
    return f == null ? null : DesiredJson.history(f);
  }

  static DesiredUpdate update(JsonFields f) throws MalformedException {
    return new DesiredUpdate(
        SignJson.envelope(f.object("envelope")),
        f.list("sections", DesiredJson::section),
        f.textOrNull("documentCertificate"));
  }

  static void write(JsonWriter json, DesiredUpdate u) {
    json.object("envelope", u.envelope(), SignJson::write)
        .list("sections", u.sections(), DesiredJson::write)
        .text("documentCertificate", u.documentCertificate());
  }

  static Ask ask(JsonFields f) throws MalformedException {
    return new Ask(f.text("id"), f.text("question"), f.textMap("arguments"));
  }

  static void write(JsonWriter json, Ask a) {
    json.text("id", a.id()).text("question", a.question()).textMap("arguments", a.arguments());
  }

  static Answer answer(JsonFields f) throws MalformedException {
    return new Answer(f.text("id"), f.yes("ok"), f.text("body"));
  }

  static void write(JsonWriter json, Answer a) {
    json.text("id", a.id()).yes("ok", a.ok()).text("body", a.body());
  }

  static HubBeacon beacon(JsonFields f) throws MalformedException {
    return new HubBeacon(
        DesiredJson.history(f.object("history")), f.text("bootId"), f.small("spreadSeconds"));
  }

  static void write(JsonWriter json, HubBeacon b) {
    json.object("history", b.history(), DesiredJson::write)
        .text("bootId", b.bootId())
        .integer("spreadSeconds", b.spreadSeconds());
  }
}
