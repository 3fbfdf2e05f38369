package dev.tombolo.agent.desired;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Documents that come in parts, in any order, each part as often as it likes: none is whole before
/// all its sections are here, nothing older takes the place of what is held, and what is kept is
/// what one of them lists. An input is a list of updates, four bytes each: which document, which of
/// the sections its manifest lists, which come along, and what is done when it is whole.
public final class PartsTarget implements FuzzTarget {
  private static final DeviceId DEVICE = new DeviceId("dev-000000000000000000000000");
  private static final KeyPair KEY = Ed25519Keys.ofSeed(new byte[32]);
  private static final int UPDATE_BYTES = 4;
  private static final int UPDATES_MAX = 24;
  private static final int SECTIONS = 8;

  /// One is beyond what is taken.
  private static final List<Section> ALL = all();

  private static List<Section> all() {
    List<Section> all = new ArrayList<>();
    all.add(new Section(Section.PLACE, "{}"));
    all.add(new Section(Section.WORKLOADS, "{\"applications\":[]}"));
    for (int i = all.size(); i < SECTIONS - 1; i++) {
      all.add(new Section("future" + i, "text " + i));
    }
    all.add(new Section("long", "x".repeat(Limits.SECTION_BYTES_MAX + 1)));
    return List.copyOf(all);
  }

  @Override
  public String name() {
    return "desired-parts";
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {1, 3, 1, 0, 1, 3, 2, 0},
        new byte[] {1, 7, 1, 0, 2, 5, 1, 0, 1, 7, 6, 0, 2, 5, 4, 1},
        new byte[] {3, 1, 1, 0, 2, 1, 1, 0, 0x43, 1, 0, 0});
  }

  @Override
  public int bytesMax() {
    return UPDATE_BYTES * UPDATES_MAX;
  }

  @Override
  public String run(byte[] input) {
    DocumentKeeper keeper =
        new DocumentKeeper(
            DEVICE,
            Set.of("v1"),
            new History(1, "h"),
            Optional.empty(),
            Optional.empty(),
            List.of());
    Set<Digest> given = new HashSet<>();
    TreeSet<String> said = new TreeSet<>();
    for (int at = 0; at + UPDATE_BYTES <= input.length; at += UPDATE_BYTES) {
      said.add(arrived(keeper, given, input, at));
      Contract.holds(given.containsAll(keeper.sectionDigests()), "only what came is here");
      Contract.holds(keeper.sectionDigests().size() <= SECTIONS, "nothing is here twice");
    }
    return said.toString();
  }

  private static String arrived(DocumentKeeper keeper, Set<Digest> given, byte[] input, int at) {
    DesiredManifest manifest = manifest(input[at] & 0xff, input[at + 1] & 0xff);
    Envelope envelope =
        Dsse.sign(
            DesiredManifest.PAYLOAD_TYPE,
            Json.write(manifest),
            KEY.getPrivate(),
            Ed25519Keys.keyid(KEY.getPublic()));
    List<Section> sections = chosen(input[at + 2] & 0xff);
    sections.forEach(section -> given.add(section.digest()));
    Optional<HeldDocument> before = keeper.held();
    return switch (keeper.arrived(envelope, sections, KEY.getPublic())) {
      case DocumentKeeper.Outcome.Refused(var reason) -> {
        Contract.same(before, keeper.held());
        yield Contract.refused(ReasonText.say(reason));
      }
      case DocumentKeeper.Outcome.Repeated _ -> {
        Contract.same(before, keeper.held());
        yield "repeated";
      }
      case DocumentKeeper.Outcome.Collecting(var document, var _) -> {
        Contract.holds(!isHere(keeper, document), "what is collected is not whole");
        Contract.holds(keeper.missing().isPresent(), "something is asked for");
        yield "collecting";
      }
      case DocumentKeeper.Outcome.Whole(var document, var _) -> {
        Contract.same(manifest, document.manifest());
        Contract.holds(isHere(keeper, document), "what is whole is here");
        yield whole(keeper, document, before, (input[at + 3] & 1) == 0);
      }
    };
  }

  private static String whole(
      DocumentKeeper keeper, HeldDocument document, Optional<HeldDocument> before, boolean isGood) {
    if (!isGood) {
      keeper.reject();
      Contract.same(before, keeper.held());
      Contract.holds(
          before.isEmpty() || isHere(keeper, before.get()), "what is in force stays whole");
      return "rejected";
    }
    keeper.adopt(document);
    Contract.same(document, keeper.held().orElseThrow());
    Contract.holds(isHere(keeper, document), "what is in force is whole");
    Contract.holds(
        before.isEmpty() || document.isNewerThan(before.get()), "only newer ones come into force");
    return "in force";
  }

  private static boolean isHere(DocumentKeeper keeper, HeldDocument document) {
    Set<Digest> here = Set.copyOf(keeper.sectionDigests());
    return document.manifest().sections().stream().allMatch(ref -> here.contains(ref.digest()));
  }

  private static DesiredManifest manifest(int which, int listed) {
    List<DesiredManifest.SectionRef> refs =
        chosen(listed).stream()
            .map(section -> new DesiredManifest.SectionRef(section.name(), section.digest()))
            .toList();
    int epoch = which >>> 6 & 1;
    return new DesiredManifest(
        DEVICE,
        new History(1 + epoch, "h" + epoch),
        which & 15,
        5,
        (which & 32) == 0 ? List.of("v1") : List.of("v2"),
        refs);
  }

  /// Those whose bits are set.
  private static List<Section> chosen(int bits) {
    List<Section> chosen = new ArrayList<>();
    for (int i = 0; i < SECTIONS; i++) {
      if ((bits >>> i & 1) != 0) {
        chosen.add(ALL.get(i));
      }
    }
    return chosen;
  }
}
