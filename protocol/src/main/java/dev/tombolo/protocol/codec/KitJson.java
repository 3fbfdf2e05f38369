package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitLock;
import java.util.List;

/// The header of an offline kit.
final class KitJson {
  private static final String OF_DEVICE = "device";
  private static final String OF_PASSPHRASE = "passphrase";

  private KitJson() {}

  static KitHeader header(JsonFields f) throws MalformedException {
    return new KitHeader(
        f.text("kit"),
        f.integer("createdMillis"),
        DesiredJson.history(f.object("history")),
        f.name("fleet"),
        f.name("site"),
        f.list("slots", KitJson::slot),
        f.list("locks", KitJson::lock),
        f.integer("contentBytes"),
        f.has("bundles") ? f.list("bundles", KitJson::bundle) : List.of());
  }

  static void write(JsonWriter json, KitHeader h) {
    json.text("kit", h.id())
        .integer("createdMillis", h.createdMillis())
        .object("history", h.history(), DesiredJson::write)
        .id("fleet", h.fleet())
        .id("site", h.site())
        .list("slots", h.slots(), KitJson::write)
        .list("locks", h.locks(), KitJson::write)
        .integer("contentBytes", h.contentBytes());
    if (!h.bundles().isEmpty()) {
      json.list("bundles", h.bundles(), KitJson::write);
    }
  }

  private static KitHeader.Bundle bundle(JsonFields f) throws MalformedException {
    return new KitHeader.Bundle(
        f.digest("bundle"),
        f.integer("bytes"),
        f.integer("plainBytes"),
        f.digest("target"),
        f.small("variant"),
        f.digestOrNull("base"));
  }

  private static void write(JsonWriter json, KitHeader.Bundle b) {
    json.id("bundle", b.bundle())
        .integer("bytes", b.bytes())
        .integer("plainBytes", b.plainBytes())
        .id("target", b.target())
        .integer("variant", b.variant())
        .id("base", b.base());
  }

  private static KitHeader.Slot slot(JsonFields f) throws MalformedException {
    return new KitHeader.Slot(
        f.name("slot"), f.device("device"), f.integer("revision"), f.integer("issuedMillis"));
  }

  private static void write(JsonWriter json, KitHeader.Slot s) {
    json.id("slot", s.slot())
        .id("device", s.device())
        .integer("revision", s.revision())
        .integer("issuedMillis", s.issuedMillis());
  }

  private static KitLock lock(JsonFields f) throws MalformedException {
    return switch (f.text("for")) {
      case OF_DEVICE ->
          new KitLock.OfDevice(f.device("device"), f.text("ephemeral"), f.text("wrapped"));
      case OF_PASSPHRASE ->
          new KitLock.OfPassphrase(f.text("salt"), f.small("rounds"), f.text("wrapped"));
      default -> throw f.wrong("for", "is neither device nor passphrase");
    };
  }

  private static void write(JsonWriter json, KitLock lock) {
    switch (lock) {
      case KitLock.OfDevice it ->
          json.text("for", OF_DEVICE)
              .id("device", it.device())
              .text("ephemeral", it.ephemeral())
              .text("wrapped", it.wrapped());
      case KitLock.OfPassphrase it ->
          json.text("for", OF_PASSPHRASE)
              .text("salt", it.salt())
              .integer("rounds", it.rounds())
              .text("wrapped", it.wrapped());
    }
  }
}
