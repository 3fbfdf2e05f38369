package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;

/// Envelopes and publisher roots.
final class SignJson {
  private SignJson() {}

  static Envelope envelope(JsonFields f) throws MalformedException {
    return new Envelope(
        f.text("payloadType"), f.text("payload"), f.list("signatures", SignJson::signature));
  }

  static void write(JsonWriter json, Envelope e) {
    json.text("payloadType", e.payloadType())
        .text("payload", e.payload())
        .list("signatures", e.signatures(), SignJson::write);
  }

  private static Envelope.Signature signature(JsonFields f) throws MalformedException {
    return new Envelope.Signature(f.text("keyid"), f.text("sig"));
  }

  private static void write(JsonWriter json, Envelope.Signature s) {
    json.text("keyid", s.keyid()).text("sig", s.sig());
  }

  static PublisherRoot root(JsonFields f) throws MalformedException {
    return new PublisherRoot(
        f.integer("version"), f.small("threshold"), f.list("keys", SignJson::key));
  }

  static void write(JsonWriter json, PublisherRoot r) {
    json.integer("version", r.version())
        .integer("threshold", r.threshold())
        .list("keys", r.keys(), SignJson::write);
  }

  private static PublisherRoot.Key key(JsonFields f) throws MalformedException {
    return new PublisherRoot.Key(
        f.text("keyid"), f.text("algorithm"), f.text("publicKey"), f.text("name"));
  }

  private static void write(JsonWriter json, PublisherRoot.Key k) {
    json.text("keyid", k.keyid())
        .text("algorithm", k.algorithm())
        .text("publicKey", k.publicKey())
        .text("name", k.name());
  }
}
