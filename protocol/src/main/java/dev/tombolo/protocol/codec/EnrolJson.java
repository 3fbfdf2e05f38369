package dev.tombolo.protocol.codec;

import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.enrol.TimeResponse;

/// Bodies of the HTTPS calls.
final class EnrolJson {
  private EnrolJson() {}

  static EnrolRequest request(JsonFields f) throws MalformedException {
    return new EnrolRequest(f.text("token"), f.text("csr"), f.textMap("facts"));
  }

  static void write(JsonWriter json, EnrolRequest r) {
    json.text("token", r.token()).text("csr", r.csr()).textMap("facts", r.facts());
  }

  static EnrolResponse response(JsonFields f) throws MalformedException {
    return new EnrolResponse(
        f.device("device"),
        f.name("fleet"),
        f.name("site"),
        f.name("slot"),
        f.text("certificate"),
        f.text("documentCertificate"),
        DesiredJson.history(f.object("history")),
        f.texts("links"),
        f.text("https"));
  }

  static void write(JsonWriter json, EnrolResponse r) {
    json.id("device", r.device())
        .id("fleet", r.fleet())
        .id("site", r.site())
        .id("slot", r.slot())
        .text("certificate", r.certificate())
        .text("documentCertificate", r.documentCertificate())
        .object("history", r.history(), DesiredJson::write)
        .texts("links", r.links())
        .text("https", r.https());
  }

  static RenewRequest renewRequest(JsonFields f) throws MalformedException {
    return new RenewRequest(f.text("csr"));
  }

  static void write(JsonWriter json, RenewRequest r) {
    json.text("csr", r.csr());
  }

  static RenewResponse renewResponse(JsonFields f) throws MalformedException {
    return new RenewResponse(f.text("certificate"));
  }

  static void write(JsonWriter json, RenewResponse r) {
    json.text("certificate", r.certificate());
  }

  static ChallengeRequest challengeRequest(JsonFields f) throws MalformedException {
    return new ChallengeRequest(f.text("certificate"), f.text("csr"));
  }

  static void write(JsonWriter json, ChallengeRequest r) {
    json.text("certificate", r.certificate()).text("csr", r.csr());
  }

  static ChallengeResponse challengeResponse(JsonFields f) throws MalformedException {
    return new ChallengeResponse(f.text("challenge"), f.small("lifeSeconds"));
  }

  static void write(JsonWriter json, ChallengeResponse r) {
    json.text("challenge", r.challenge()).integer("lifeSeconds", r.lifeSeconds());
  }

  static RecoverRequest recoverRequest(JsonFields f) throws MalformedException {
    return new RecoverRequest(
        f.text("certificate"), f.text("csr"), f.text("challenge"), f.text("signature"));
  }

  static void write(JsonWriter json, RecoverRequest r) {
    json.text("certificate", r.certificate())
        .text("csr", r.csr())
        .text("challenge", r.challenge())
        .text("signature", r.signature());
  }

  static TimeResponse timeResponse(JsonFields f) throws MalformedException {
    return new TimeResponse(
        f.integer("hubMillis"), f.text("signature"), f.text("documentCertificate"));
  }

  static void write(JsonWriter json, TimeResponse r) {
    json.integer("hubMillis", r.hubMillis())
        .text("signature", r.signature())
        .text("documentCertificate", r.documentCertificate());
  }

  static Refusal refusal(JsonFields f) throws MalformedException {
    return new Refusal(ReasonJson.read(f.object("reason")), f.text("message"));
  }

  static void write(JsonWriter json, Refusal r) {
    json.object("reason", r.reason(), ReasonJson::write).text("message", r.message());
  }
}
