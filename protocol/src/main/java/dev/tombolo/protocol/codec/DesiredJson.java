package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.History;

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
    return new WorkloadsSection.Selection(
        f.name("name"), f.digest("release"), f.text("version"), f.textMap("parameters"));
  }

  private static void write(JsonWriter json, WorkloadsSection.Selection s) {
    json.id("name", s.name())
        .id("release", s.release())
        .text("version", s.version())
        .textMap("parameters", s.parameters());
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
