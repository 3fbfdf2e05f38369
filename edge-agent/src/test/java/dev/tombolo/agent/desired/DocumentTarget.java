package dev.tombolo.agent.desired;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The sections of a desired document that the hub's key has signed, whatever they say. An input is
/// their texts, separated by NUL: place, workloads, trust, then a release each.
public final class DocumentTarget implements FuzzTarget {
  private static final DeviceId DEVICE = new DeviceId("dev-000000000000000000000000");
  private static final KeyPair KEY = Ed25519Keys.ofSeed(new byte[32]);
  private static final String SHA = "sha256:" + "0".repeat(64);
  private static final List<String> NAMES =
      List.of(
          Section.PLACE,
          Section.WORKLOADS,
          Section.TRUST,
          "release/people",
          "release/other",
          "future");

  @Override
  public String name() {
    return "desired-sections";
  }

  @Override
  public List<byte[]> seeds() {
    String place =
        "{\"fleet\":\"north\",\"site\":\"s\",\"slot\":\"c\",\"timeZone\":\"Europe/Berlin\"}";
    String workloads =
        "{\"applications\":[{\"name\":\"people\",\"release\":\""
            + SHA
            + "\",\"version\":\"1\",\"parameters\":{\"port\":\"1\"}}]}";
    String envelope =
        "{\"payloadType\":\"x\",\"payload\":\"e30=\","
            + "\"signatures\":[{\"keyid\":\"k\",\"sig\":\"AA==\"}]}";
    String trust = "{\"publisherRoots\":[" + envelope + "]}";
    return List.of(
        String.join("\0", place, workloads, trust, envelope, envelope, "x")
            .getBytes(StandardCharsets.UTF_8),
        new byte[0]);
  }

  @Override
  public List<String> words() {
    return List.of("\0", "people", "other", SHA, "applications", "publisherRoots");
  }

  @Override
  public int quickRuns() {
    return 60;
  }

  @Override
  public int bytesMax() {
    return 140 * 1024;
  }

  @Override
  public String run(byte[] input) {
    String[] texts = new String(input, StandardCharsets.UTF_8).split("\0", NAMES.size());
    List<Section> sections = new ArrayList<>();
    List<DesiredManifest.SectionRef> refs = new ArrayList<>();
    for (int i = 0; i < texts.length; i++) {
      Section section = new Section(NAMES.get(i), texts[i]);
      sections.add(section);
      refs.add(new DesiredManifest.SectionRef(section.name(), section.digest()));
    }
    DesiredManifest manifest =
        new DesiredManifest(DEVICE, new History(1, "h"), 7, 5, List.of("v1"), refs);
    Envelope envelope =
        Dsse.sign(
            DesiredManifest.PAYLOAD_TYPE,
            Json.write(manifest),
            KEY.getPrivate(),
            Ed25519Keys.keyid(KEY.getPublic()));
    DocumentKeeper keeper =
        new DocumentKeeper(
            DEVICE,
            Set.of("v1"),
            new History(1, "h"),
            Optional.empty(),
            Optional.empty(),
            List.of());
    return switch (keeper.arrived(envelope, sections, KEY.getPublic())) {
      case DocumentKeeper.Outcome.Refused(var reason) -> {
        Contract.holds(
            keeper.held().isEmpty() && keeper.sectionDigests().isEmpty(), "nothing of it is kept");
        yield Contract.refused(ReasonText.say(reason));
      }
      case DocumentKeeper.Outcome.Whole(var document, var added) ->
          whole(keeper, document) + added.size();
      case DocumentKeeper.Outcome.Repeated _ ->
          throw new AssertionError("does not hold: it is new");
      case DocumentKeeper.Outcome.Collecting _ ->
          throw new AssertionError("does not hold: it is whole");
    };
  }

  private static String whole(DocumentKeeper keeper, HeldDocument document) {
    try {
      DesiredContent content = DesiredContent.read(keeper, document);
      Contract.same(content.selections().size(), content.releases().size());
      keeper.adopt(document);
      Contract.same(document, keeper.held().orElseThrow());
      return "taken " + Math.min(3, content.selections().size());
    } catch (MalformedException e) {
      keeper.reject();
      Contract.holds(keeper.held().isEmpty(), "a rejected document is not held");
      return Contract.refused(e.getMessage());
    }
  }
}
