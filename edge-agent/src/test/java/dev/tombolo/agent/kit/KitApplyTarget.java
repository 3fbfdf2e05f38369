package dev.tombolo.agent.kit;

import dev.tombolo.agent.bundle.ApplyException;
import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.bundle.BundleSamples;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitFormat;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.kit.KitSamples;
import dev.tombolo.protocol.kit.KitSamples.Part;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A kit that a right hub has sealed and signed, whatever is in it, applied to a device. An input
/// is, separated by NUL: which records come (a letter each), the header's JSON, the sections place,
/// trust and workloads, the manifest of a release, and a file; signatures, digests and the lock are
/// put right.
public final class KitApplyTarget implements FuzzTarget {
  private static final int PARTS = 7;
  private static final Name APP = new Name("people-counter");
  private static final KeyPair KEY = KitSamples.deviceKey();
  private static final SecureRandom RANDOM = new SecureRandom();

  private final AgentFolders folders;
  private final Path file;
  private final KitApply.KitDevice device;

  public KitApplyTarget() {
    try {
      Path folder = Files.createTempDirectory("fuzz-kit");
      folders = new AgentFolders(Files.createDirectory(folder.resolve("data")));
      file = folder.resolve("a.kit");
      device =
          new KitApply.KitDevice(
              GoldenFiles.DEVICE,
              "store-117/counter-1",
              List.of(KEY.getPrivate()),
              Optional.empty(),
              GoldenFiles.HISTORY,
              GoldenFiles.resource("/trust/document.pem"),
              List.of(TestCa.certificate(GoldenFiles.resource("/trust/ca.pem"))),
              new Platform("linux", "x86_64", Set.of()),
              List.of("v1"));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no device to be fuzzed", e);
    }
  }

  @Override
  public String name() {
    return "kit-apply";
  }

  @Override
  public List<byte[]> seeds() {
    byte[] small = "a small model".getBytes(StandardCharsets.UTF_8);
    byte[] model = BundleSamples.golden("target.safetensors");
    byte[] bundle = BundleSamples.golden("whole.bundle");
    KitHeader.Bundle named =
        new KitHeader.Bundle(
            Digest.of(bundle), bundle.length, model.length, Digest.of(model), 0, null);
    return List.of(
        input("DPTWRF", List.of(), small, small),
        input("DPTWRB", List.of(named), model, bundle),
        input("FRWTPD", List.of(), small, small));
  }

  private static byte[] input(
      String letters, List<KitHeader.Bundle> bundles, byte[] model, byte[] file) {
    KitHeader plain =
        KitSamples.header(
            List.of(new KitLock.OfPassphrase("AAAAAAAAAAAAAAAAAAAAAA==", 100_000, "A".repeat(64))),
            List.of());
    String workloads =
        Json.write(
            new WorkloadsSection(
                List.of(
                    new WorkloadsSection.Selection(
                        APP, Digest.ofText("release"), "1.5.0", Map.of()))));
    String head =
        String.join(
            "\0",
            letters,
            Json.write(header(plain, plain.locks(), 1, bundles)),
            Json.write(GoldenFiles.PLACE),
            Json.write(new TrustSection(List.of(GoldenFiles.ROOT_ENVELOPE))),
            workloads,
            Json.write(release(model)),
            "");
    byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
    byte[] all = java.util.Arrays.copyOf(bytes, bytes.length + file.length);
    System.arraycopy(file, 0, all, bytes.length, file.length);
    return all;
  }

  /// A release with one file.
  private static ReleaseManifest release(byte[] model) {
    ReleaseManifest golden = GoldenFiles.RELEASE;
    Variant variant = golden.variants().getFirst();
    return new ReleaseManifest(
        golden.name(),
        golden.version(),
        golden.kind(),
        golden.description(),
        golden.fleets(),
        golden.securityFloor(),
        golden.requires(),
        List.of(
            new Variant(
                variant.os(),
                variant.architecture(),
                List.of(),
                List.of(new Variant.File("model.onnx", model.length, Digest.of(model), false)),
                variant.workload(),
                variant.parameters())));
  }

  private static KitHeader header(
      KitHeader of, List<KitLock> locks, long contentBytes, List<KitHeader.Bundle> bundles) {
    return new KitHeader(
        of.id(),
        of.createdMillis(),
        of.history(),
        of.fleet(),
        of.site(),
        of.slots(),
        locks,
        contentBytes,
        bundles);
  }

  @Override
  public List<String> words() {
    return List.of("\0", "D", "P", "T", "W", "R", "F", "B", "S", "model.onnx", "../", "linux");
  }

  @Override
  public int quickRuns() {
    return 40;
  }

  @Override
  public int bytesMax() {
    return 128 * 1024;
  }

  /// As the program has for its main thread.
  @Override
  public long stackBytes() {
    return 512 * 1024;
  }

  @Override
  public String run(byte[] input) throws IOException {
    String[] texts = new String(input, StandardCharsets.ISO_8859_1).split("\0", PARTS);
    Made made;
    try {
      made = Made.of(texts);
    } catch (MalformedException e) {
      return Contract.refused(e.getMessage());
    }
    try {
      made.header.check();
    } catch (KitException e) {
      return Contract.refused(e.getMessage());
    }
    Files.write(file, KitSamples.write(made.header, made.key, made.parts));
    try (KitApply apply = KitApply.begin(folders, device, KitApplyTarget::unpack)) {
      KitApply.Placed placed = apply.apply(file, Optional.empty(), _ -> {});
      return taken(placed);
    } catch (KitException e) {
      Contract.same(Set.of(), contents().keySet());
      return Contract.refused(e.getMessage());
    } catch (IOException e) {
      Contract.same(Set.of(), contents().keySet());
      String said = String.valueOf(e.getMessage());
      if (!said.startsWith("no room on the disk")) {
        throw e;
      }
      return Contract.refused(said);
    } finally {
      if (Files.exists(folders.kits())) {
        KitFolder.deleteAll(folders.kits());
      }
    }
  }

  /// What was put down is what the agent takes.
  private String taken(KitApply.Placed placed) throws IOException {
    Map<String, KitFolder> kits = KitFolder.in(folders.kits());
    Contract.same(Set.of(placed.header().id()), kits.keySet());
    try {
      AgentEvent.KitFound found = kits.values().iterator().next().read();
      Contract.same(placed.manifest(), found.manifest());
      for (Map.Entry<String, byte[]> each : contents().entrySet()) {
        String name = Path.of(each.getKey()).getFileName().toString();
        Contract.holds(
            !Digest.isValid(Digest.PREFIX + name) || Digest.of(each.getValue()).hex().equals(name),
            "each file is what it is called by");
      }
      return "taken " + found.files().size() + (placed.bundles() > 0 ? " by a bundle" : "");
    } catch (MalformedException e) {
      throw new AssertionError("does not hold: what was put down reads", e);
    }
  }

  private static KitUnpacking.Outcome unpack(@Nullable Path base, Path bundle, Path out, long bytes)
      throws IOException {
    try {
      BundleApply.apply(
          base,
          bundle,
          BundleApply.Wanted.byDigests(out, OptionalLong.of(bytes)),
          _ -> {},
          _ -> {});
      return new KitUnpacking.Outcome.Made();
    } catch (BaseException e) {
      return new KitUnpacking.Outcome.BaseDamaged();
    } catch (ApplyException e) {
      return new KitUnpacking.Outcome.Refused(String.valueOf(e.getMessage()));
    }
  }

  /// Everything in the data folder but the lock.
  private Map<String, byte[]> contents() throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folders.data())) {
      for (Path path : all.filter(it -> !Files.isDirectory(it)).toList()) {
        if (!path.endsWith("kit.lock") && !path.endsWith("refused.json")) {
          contents.put(folders.data().relativize(path).toString(), Files.readAllBytes(path));
        }
      }
    }
    return contents;
  }

  /// What the hub made of an input.
  private record Made(KitHeader header, KitKey key, List<Part> parts) {
    static Made of(String[] texts) throws MalformedException {
      KitHeader said = Json.read(KitHeader.class, utf8(text(texts, 1)), KitFormat.HEADER_BYTES_MAX);
      List<Part> parts = parts(texts);
      KitKey key = KitKey.draw(RANDOM);
      List<KitLock> locks =
          List.of(key.lockTo(GoldenFiles.DEVICE, KEY.getPublic(), said.id(), RANDOM));
      long bytes = KitSamples.header(locks, parts).contentBytes();
      List<KitHeader.Bundle> bundles = new ArrayList<>(said.bundles());
      if (!bundles.isEmpty()) {
        byte[] bundle = text(texts, 6).getBytes(StandardCharsets.ISO_8859_1);
        KitHeader.Bundle first = bundles.getFirst();
        bundles.set(
            0,
            new KitHeader.Bundle(
                Digest.of(bundle),
                bundle.length,
                first.plainBytes(),
                Digest.ofText(utf8(text(texts, 5))),
                first.variant(),
                first.base()));
      }
      return new Made(KitApplyTarget.header(said, locks, bytes, bundles), key, parts);
    }

    private static String text(String[] texts, int index) {
      return index < texts.length ? texts[index] : "";
    }

    private static String utf8(String bytes) {
      return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static Envelope signed(String type, String payload, KeyPair key) {
      return Dsse.sign(type, payload, key.getPrivate(), Ed25519Keys.keyid(key.getPublic()));
    }

    private static List<Part> parts(String[] texts) {
      String manifest = utf8(text(texts, 5));
      String workloads =
          utf8(text(texts, 4))
              .replace(Digest.ofText("release").text(), Digest.ofText(manifest).text());
      Envelope release = signed(ReleaseManifest.PAYLOAD_TYPE, manifest, GoldenFiles.PUBLISHER);
      List<Section> sections =
          List.of(
              new Section(Section.PLACE, utf8(text(texts, 2))),
              new Section(Section.TRUST, utf8(text(texts, 3))),
              new Section(Section.WORKLOADS, workloads),
              new Section(Section.RELEASE_PREFIX + APP, Json.write(release)));
      byte[] file = text(texts, 6).getBytes(StandardCharsets.ISO_8859_1);
      List<Part> parts = new ArrayList<>();
      for (char letter : text(texts, 0).toCharArray()) {
        switch (letter) {
          case 'D' -> parts.add(document(sections));
          case 'P' -> parts.add(Part.text(KitRecord.Kind.SECTION, sections.get(0).text()));
          case 'T' -> parts.add(Part.text(KitRecord.Kind.SECTION, sections.get(1).text()));
          case 'W' -> parts.add(Part.text(KitRecord.Kind.SECTION, sections.get(2).text()));
          case 'R' -> parts.add(Part.text(KitRecord.Kind.SECTION, sections.get(3).text()));
          case 'S' -> parts.add(new Part(KitRecord.Kind.SECTION, file));
          case 'X' -> parts.add(new Part(KitRecord.Kind.DOCUMENT, file));
          case 'B' -> parts.add(new Part(KitRecord.Kind.BUNDLE, file));
          case 'F' -> parts.add(Part.file(file));
          default -> {
            // No record has that letter.
          }
        }
        if (parts.size() == 64) {
          break;
        }
      }
      return parts;
    }

    private static Part document(List<Section> sections) {
      DesiredManifest manifest =
          new DesiredManifest(
              GoldenFiles.DEVICE,
              GoldenFiles.HISTORY,
              7,
              1_767_225_600_000L,
              List.of(),
              sections.stream()
                  .map(it -> new DesiredManifest.SectionRef(it.name(), it.digest()))
                  .toList());
      Envelope envelope =
          signed(DesiredManifest.PAYLOAD_TYPE, Json.write(manifest), GoldenFiles.DOCUMENT);
      return Part.text(
          KitRecord.Kind.DOCUMENT,
          Json.write(
              new DesiredUpdate(envelope, List.of(), GoldenFiles.resource("/trust/document.pem"))));
    }
  }
}
