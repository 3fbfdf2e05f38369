package dev.tombolo.bench;

import dev.tombolo.hub.http.api.KitDocument;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.kit.KitFormat;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.kit.KitWriter;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A kit by somebody who has what the hub has, its document key too, and puts in what he likes.
final class LyingKit {
  static final String PASSPHRASE = "whoever made this lies";

  private LyingKit() {}

  /// Of a selection in a document; each would change what is executed.
  enum Setting {
    ARGV("[\"/bin/sh\",\"-c\",\"evil\"]"),
    ENV("{\"LD_PRELOAD\":\"/tmp/evil.so\"}"),
    PROBES("[{\"name\":\"evil\",\"exec\":[\"/bin/sh\"]}]"),
    WORKLOAD("{\"argv\":[\"/bin/sh\"]}"),
    VARIANTS("[]"),
    FILES("[]"),
    RELOAD("{\"exec\":[\"/bin/sh\"]}"),
    IMAGE("\"evil\""),
    MOUNTS("[\"/\"]"),
    DEVICES("[\"/dev/mem\"]");

    private final String json;

    Setting(String json) {
      this.json = json;
    }

    String field() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The same, but that each document's selection has one field more; signed anew.
  static KitMade with(KitMade made, Setting setting, Path documentKey) throws Exception {
    KeyPair key = Ed25519Keys.readPrivatePem(Files.readString(documentKey));
    List<String> sections = new ArrayList<>();
    Digest before = Digest.ofText("");
    Digest after = before;
    for (String section : made.sections()) {
      String lied = section;
      if (section.contains("\"applications\":[{")) {
        lied =
            section.replace(
                "\"applications\":[{",
                "\"applications\":[{\"" + setting.field() + "\":" + setting.json + ",");
        before = Digest.ofText(section);
        after = Digest.ofText(lied);
      }
      sections.add(lied);
    }
    List<KitDocument> documents = new ArrayList<>();
    for (KitDocument document : made.documents()) {
      Envelope envelope = Json.read(Envelope.class, document.envelope(), Limits.SECTION_BYTES_MAX);
      String payload =
          new String(Base64.getDecoder().decode(envelope.payload()), StandardCharsets.UTF_8);
      Envelope signed =
          Dsse.sign(
              DesiredManifest.PAYLOAD_TYPE,
              payload.replace(before.text(), after.text()),
              key.getPrivate(),
              envelope.signatures().getFirst().keyid());
      documents.add(
          new KitDocument(
              document.slot(),
              document.device(),
              document.revision(),
              document.issuedMillis(),
              Json.write(signed),
              document.certificates()));
    }
    return new KitMade(
        made.kit(),
        made.createdMillis(),
        made.epoch(),
        made.history(),
        made.fleet(),
        made.site(),
        made.documentCertificate(),
        documents,
        sections,
        made.files(),
        made.changes());
  }

  /// @param files what is put in for each file, under that file's digest
  static void write(KitMade made, Path out, Function<Digest, byte[]> files) throws Exception {
    SecureRandom random = new SecureRandom();
    KitKey key = KitKey.draw(random);
    List<byte[]> documents = new ArrayList<>();
    List<KitHeader.Slot> slots = new ArrayList<>();
    for (KitDocument document : made.documents()) {
      slots.add(
          new KitHeader.Slot(
              SlotRef.parse(document.slot()).slot(),
              new DeviceId(document.device()),
              document.revision(),
              document.issuedMillis()));
      Envelope envelope = Json.read(Envelope.class, document.envelope(), Limits.SECTION_BYTES_MAX);
      documents.add(
          utf8(Json.write(new DesiredUpdate(envelope, List.of(), made.documentCertificate()))));
    }
    List<byte[]> sections = made.sections().stream().map(LyingKit::utf8).toList();
    long bytes = KitWriter.contentBytes(0);
    for (byte[] each : documents) {
      bytes += KitWriter.contentBytes(each.length);
    }
    for (byte[] each : sections) {
      bytes += KitWriter.contentBytes(each.length);
    }
    for (KitFile file : made.files()) {
      bytes += KitWriter.contentBytes(files.apply(Digest.ofHex(file.digest())).length);
    }
    KitHeader header =
        new KitHeader(
            made.kit(),
            made.createdMillis(),
            new History(made.epoch(), made.history()),
            new Name(made.fleet()),
            new Name(made.site()),
            slots,
            List.of(key.lockTo(PASSPHRASE.toCharArray(), KitFormat.ROUNDS_MIN, made.kit(), random)),
            bytes);
    try (OutputStream file = Files.newOutputStream(out)) {
      KitWriter<IOException> writer =
          KitWriter.begin(header, key, (part, count) -> file.write(part, 0, count));
      for (byte[] each : documents) {
        write(writer, KitRecord.of(KitRecord.Kind.DOCUMENT, each), each);
      }
      for (byte[] each : sections) {
        write(writer, KitRecord.of(KitRecord.Kind.SECTION, each), each);
      }
      for (KitFile each : made.files()) {
        Digest digest = Digest.ofHex(each.digest());
        byte[] body = files.apply(digest);
        write(writer, new KitRecord(KitRecord.Kind.FILE, body.length, digest), body);
      }
      writer.end();
    }
  }

  private static void write(KitWriter<IOException> writer, KitRecord record, byte[] body)
      throws IOException {
    writer.record(record);
    writer.body(body, body.length);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
