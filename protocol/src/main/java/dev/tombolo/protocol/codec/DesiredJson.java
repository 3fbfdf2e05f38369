package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The desired document and its sections.
final class DesiredJson {
  private DesiredJson() {}

  static DesiredManifest manifest(JsonFields f) throws MalformedException {
    return new DesiredManifest(
        f.device("device"),
        history(f.object("history")),
        f.integer("revision"),
        f.integer("issuedMillis"),
        f.texts("requires"),
        f.list("sections", DesiredJson::sectionRef));
  }

  static void write(JsonWriter json, DesiredManifest m) {
    json.id("device", m.device())
        .object("history", m.history(), DesiredJson::write)
        .integer("revision", m.revision())
        .integer("issuedMillis", m.issuedMillis())
        .texts("requires", m.requires())
        .list("sections", m.sections(), DesiredJson::write);
  }

  static History history(JsonFields f) throws MalformedException {
    return new History(f.integer("epoch"), f.text("id"));
  }

  static void write(JsonWriter json, History h) {
    json.integer("epoch", h.epoch()).text("id", h.id());
  }

  private static DesiredManifest.SectionRef sectionRef(JsonFields f) throws MalformedException {
    return new DesiredManifest.SectionRef(f.text("name"), f.digest("digest"));
  }

  private static void write(JsonWriter json, DesiredManifest.SectionRef s) {
    json.text("name", s.name()).id("digest", s.digest());
  }

  static Section section(JsonFields f) throws MalformedException {
    return new Section(f.text("name"), f.text("text"));
  }

  static void write(JsonWriter json, Section s) {
    json.text("name", s.name()).text("text", s.text());
  }

  static PlaceSection place(JsonFields f) throws MalformedException {
    return new PlaceSection(
        f.name("fleet"),
        f.name("site"),
        f.name("slot"),
        f.textOrNull("displayName"),
        f.text("timeZone"));
  }

  static void write(JsonWriter json, PlaceSection p) {
    json.id("fleet", p.fleet())
        .id("site", p.site())
        .id("slot", p.slot())
        .text("displayName", p.displayName())
        .text("timeZone", p.timeZone());
  }

  static WorkloadsSection workloads(JsonFields f) throws MalformedException {
    return new WorkloadsSection(f.list("applications", DesiredJson::selection));
  }

  static void write(JsonWriter json, WorkloadsSection w) {
    json.list("applications", w.applications(), DesiredJson::write);
  }

  private static WorkloadsSection.Selection selection(JsonFields f) throws MalformedException {
    for (String field : f.names()) {
      if (WorkloadsSection.SIGNED_ONLY.contains(field)) {
        throw new MalformedException(
            "workloads section",
            "the selection of '"
                + f.name("name")
                + "' brings '"
                + field
                + "', which only a signed release may say");
      }
    }
    return new WorkloadsSection.Selection(
        f.name("name"),
        f.digest("release"),
        f.text("version"),
        f.textMap("parameters"),
        gateOrNull(f.objectOrNull("gate")),
        overruledOrNull(f.objectOrNull("overrules")));
  }

  private static void write(JsonWriter json, WorkloadsSection.Selection s) {
    json.id("name", s.name())
        .id("release", s.release())
        .text("version", s.version())
        .textMap("parameters", s.parameters())
        .object("gate", s.gate(), DesiredJson::write)
        .object("overrules", s.overrules(), DesiredJson::write);
  }

  private static WorkloadsSection.@Nullable Overruled overruledOrNull(@Nullable JsonFields f)
      throws MalformedException {
    return f == null
        ? null
        : new WorkloadsSection.Overruled(f.name("rollout"), f.text("version"), f.text("layer"));
  }

  private static void write(JsonWriter json, WorkloadsSection.Overruled o) {
    json.id("rollout", o.rollout()).text("version", o.version()).text("layer", o.layer());
  }

  private static @Nullable Gate gateOrNull(@Nullable JsonFields f) throws MalformedException {
    if (f == null) {
      return null;
    }
    JsonFields permit = f.objectOrNull("permit");
    Gate.Term term =
        permit == null
            ? null
            : new Gate.Term(permit.integer("notBeforeMillis"), permit.integer("notAfterMillis"));
    String waveName = f.textOrNull("waveName");
    return new Gate(f.name("rollout"), f.small("wave"), waveName == null ? "" : waveName, term);
  }

  private static void write(JsonWriter json, Gate g) {
    json.id("rollout", g.rollout())
        .integer("wave", g.wave())
        .text("waveName", g.waveName().isEmpty() ? null : g.waveName())
        .object("permit", g.term(), DesiredJson::write);
  }

  private static void write(JsonWriter json, Gate.Term t) {
    json.integer("notBeforeMillis", t.notBeforeMillis())
        .integer("notAfterMillis", t.notAfterMillis());
  }

  static @Nullable Permit permitOrNull(@Nullable JsonFields f) throws MalformedException {
    return f == null
        ? null
        : new Permit(
            f.name("rollout"),
            f.small("wave"),
            f.integer("notBeforeMillis"),
            f.integer("notAfterMillis"));
  }

  static void write(JsonWriter json, Permit p) {
    json.id("rollout", p.rollout())
        .integer("wave", p.wave())
        .integer("notBeforeMillis", p.notBeforeMillis())
        .integer("notAfterMillis", p.notAfterMillis());
  }

  static WindowsSection windows(JsonFields f) throws MalformedException {
    return new WindowsSection(
        zone(f),
        f.list("download", DesiredJson::span),
        f.list("switch", DesiredJson::span),
        f.list("openingHours", DesiredJson::span),
        f.list("freezeDates", DesiredJson::dates),
        f.integerOrNull("liftedUntilMillis"));
  }

  static void write(JsonWriter json, WindowsSection w) {
    zone(json, w.zone())
        .list("download", w.download(), DesiredJson::write)
        .list("switch", w.switching(), DesiredJson::write)
        .list("openingHours", w.openingHours(), DesiredJson::write)
        .list("freezeDates", w.freezeDates(), DesiredJson::write)
        .integerOrNull("liftedUntilMillis", w.liftedUntilMillis());
  }

  private static ZoneOffsets zone(JsonFields f) throws MalformedException {
    int offset = f.small("offsetSeconds");
    if (Math.abs((long) offset) > ZoneOffsets.OFFSET_SECONDS_MAX) {
      throw f.wrong("offsetSeconds", "is farther from UTC than any place");
    }
    List<ZoneOffsets.Change> changes = f.list("changes", DesiredJson::change);
    if (!ZoneOffsets.inOrder(changes)) {
      throw f.wrong("changes", "must come in their order, none farther from UTC than any place");
    }
    return new ZoneOffsets(f.text("timeZone"), offset, changes);
  }

  private static JsonWriter zone(JsonWriter json, ZoneOffsets zone) {
    return json.text("timeZone", zone.zone())
        .integer("offsetSeconds", zone.offsetSeconds())
        .list("changes", zone.changes(), DesiredJson::write);
  }

  static LineSection line(JsonFields f) throws MalformedException {
    JsonFields pause = f.objectOrNull("pause");
    return new LineSection(
        zone(f),
        f.list("bandwidth", DesiredJson::limit),
        pause == null
            ? null
            : new LineSection.Pause(
                pause.text("by"), pause.text("why"), pause.integer("sinceMillis")));
  }

  static void write(JsonWriter json, LineSection l) {
    zone(json, l.zone())
        .list("bandwidth", l.bandwidth(), DesiredJson::write)
        .object("pause", l.pause(), DesiredJson::write);
  }

  private static LineSection.Limit limit(JsonFields f) throws MalformedException {
    long bits = f.integer("bitsPerSecond");
    if (!BitRate.isValid(bits)) {
      throw f.wrong("bitsPerSecond", "is no limit of a line");
    }
    return new LineSection.Limit(span(f), new BitRate(bits));
  }

  private static void write(JsonWriter json, LineSection.Limit l) {
    write(json, l.span());
    json.integer("bitsPerSecond", l.rate().bitsPerSecond());
  }

  private static void write(JsonWriter json, LineSection.Pause p) {
    json.text("by", p.by()).text("why", p.why()).integer("sinceMillis", p.sinceMillis());
  }

  private static ZoneOffsets.Change change(JsonFields f) throws MalformedException {
    return new ZoneOffsets.Change(f.integer("atSeconds"), f.small("offsetSeconds"));
  }

  private static void write(JsonWriter json, ZoneOffsets.Change c) {
    json.integer("atSeconds", c.atSeconds()).integer("offsetSeconds", c.offsetSeconds());
  }

  private static WeekSpan span(JsonFields f) throws MalformedException {
    int from = f.small("fromMinute");
    int until = f.small("untilMinute");
    if (!WeekSpan.isValid(from, until)) {
      throw f.wrong("untilMinute", "and fromMinute are not a span of a week");
    }
    return new WeekSpan(from, until);
  }

  private static void write(JsonWriter json, WeekSpan s) {
    json.integer("fromMinute", s.fromMinute()).integer("untilMinute", s.untilMinute());
  }

  private static DateSpan dates(JsonFields f) throws MalformedException {
    LocalDate from = date(f, "from");
    LocalDate through = date(f, "through");
    if (through.isBefore(from)) {
      throw f.wrong("through", "is before its from");
    }
    return new DateSpan(from, through);
  }

  private static LocalDate date(JsonFields f, String field) throws MalformedException {
    try {
      return LocalDate.parse(f.text(field));
    } catch (DateTimeParseException e) {
      throw f.wrong(field, "must be a date like 2026-12-24");
    }
  }

  private static void write(JsonWriter json, DateSpan d) {
    json.text("from", d.from().toString()).text("through", d.through().toString());
  }

  static PeersSection peers(JsonFields f) throws MalformedException {
    return new PeersSection(f.list("peers", DesiredJson::peer));
  }

  static void write(JsonWriter json, PeersSection p) {
    json.list("peers", p.peers(), DesiredJson::write);
  }

  private static PeersSection.Peer peer(JsonFields f) throws MalformedException {
    return new PeersSection.Peer(
        f.device("device"), f.name("slot"), f.digests("keys"), f.texts("addresses"));
  }

  private static void write(JsonWriter json, PeersSection.Peer p) {
    json.id("device", p.device())
        .id("slot", p.slot())
        .digests("keys", p.keys())
        .texts("addresses", p.addresses());
  }

  static TrustSection trust(JsonFields f) throws MalformedException {
    return new TrustSection(f.list("publisherRoots", SignJson::envelope));
  }

  static void write(JsonWriter json, TrustSection t) {
    json.list("publisherRoots", t.publisherRoots(), SignJson::write);
  }
}
