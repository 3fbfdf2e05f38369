package dev.tombolo.agent.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tombolo.agent.bundle.ApplyException;
import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KitApplyTest {
  private static final KeyPair KEY = KitSamples.deviceKey();
  private static final byte[] MODEL = KitSamples.fileOf(200_000);
  private static final Name APP = new Name("people-counter");

  @TempDir Path folder;
  private AgentFolders folders;
  private Path file;

  @BeforeEach
  void aDevice() throws IOException {
    folders = new AgentFolders(Files.createDirectory(folder.resolve("data")));
    file = folder.resolve("store-117.kit");
  }

  // What the hub makes

  private static Envelope signed(String type, Object content, KeyPair key) {
    return Dsse.sign(
        type, Json.write(content), key.getPrivate(), Ed25519Keys.keyid(key.getPublic()));
  }

  /// A release with one file.
  private static Envelope release(byte[] model) {
    ReleaseManifest golden = GoldenFiles.RELEASE;
    Variant variant = golden.variants().getFirst();
    Variant one =
        new Variant(
            variant.os(),
            variant.architecture(),
            List.of(),
            List.of(new Variant.File("model.onnx", model.length, Digest.of(model), false)),
            variant.workload(),
            variant.parameters());
    return signed(
        ReleaseManifest.PAYLOAD_TYPE,
        new ReleaseManifest(
            golden.name(),
            golden.version(),
            golden.kind(),
            golden.description(),
            golden.fleets(),
            golden.securityFloor(),
            golden.requires(),
            List.of(one)),
        GoldenFiles.PUBLISHER);
  }

  private static List<Section> sections(byte[] model) {
    Envelope release = release(model);
    Digest digest = Digest.of(java.util.Base64.getDecoder().decode(release.payload()));
    return List.of(
        new Section(Section.PLACE, Json.write(GoldenFiles.PLACE)),
        new Section(
            Section.TRUST, Json.write(new TrustSection(List.of(GoldenFiles.ROOT_ENVELOPE)))),
        new Section(
            Section.WORKLOADS,
            Json.write(
                new WorkloadsSection(
                    List.of(new WorkloadsSection.Selection(APP, digest, "1.5.0", Map.of()))))),
        new Section(Section.RELEASE_PREFIX + APP, Json.write(release)));
  }

  private static DesiredManifest manifest(DeviceId device, History history, long revision) {
    return manifest(device, history, revision, MODEL);
  }

  private static DesiredManifest manifest(
      DeviceId device, History history, long revision, byte[] model) {
    return new DesiredManifest(
        device,
        history,
        revision,
        1_767_225_600_000L + revision,
        List.of(),
        sections(model).stream()
            .map(it -> new DesiredManifest.SectionRef(it.name(), it.digest()))
            .toList());
  }

  private static Envelope document(DeviceId device, History history, long revision) {
    return signed(
        DesiredManifest.PAYLOAD_TYPE, manifest(device, history, revision), GoldenFiles.DOCUMENT);
  }

  private static Part part(Envelope document) {
    return Part.text(
        KitRecord.Kind.DOCUMENT,
        Json.write(
            new DesiredUpdate(document, List.of(), GoldenFiles.resource("/trust/document.pem"))));
  }

  private static List<Part> parts(Envelope document) {
    List<Part> parts = new ArrayList<>();
    parts.add(part(document));
    for (Section section : sections(MODEL)) {
      parts.add(Part.text(KitRecord.Kind.SECTION, section.text()));
    }
    parts.add(Part.file(KitSamples.fileOf(70_000)));
    parts.add(Part.file(MODEL));
    return parts;
  }

  private static Envelope document(long revision) {
    return document(GoldenFiles.DEVICE, GoldenFiles.HISTORY, revision);
  }

  private void kit(List<Part> parts) throws IOException {
    Files.write(file, KitSamples.kit(Map.of(GoldenFiles.DEVICE, KEY), "", parts));
  }

  // The device

  private static HeldDocument held(long revision) {
    Envelope envelope = document(revision);
    return new HeldDocument(
        envelope,
        manifest(GoldenFiles.DEVICE, GoldenFiles.HISTORY, revision),
        Digest.of(java.util.Base64.getDecoder().decode(envelope.payload())));
  }

  private static KitApply.KitDevice device(Optional<HeldDocument> held) throws Exception {
    return new KitApply.KitDevice(
        GoldenFiles.DEVICE,
        "store-117/counter-1",
        List.of(KitSamples.deviceKey().getPrivate(), KEY.getPrivate()),
        held,
        GoldenFiles.HISTORY,
        GoldenFiles.resource("/trust/document.pem"),
        List.of(TestCa.certificate(GoldenFiles.resource("/trust/ca.pem"))),
        new Platform("linux", "x86_64", Set.of()),
        List.of("v1"));
  }

  private KitApply.Placed apply(Optional<HeldDocument> held) throws Exception {
    try (KitApply apply = KitApply.begin(folders, device(held), KitApplyTest::unpack)) {
      return apply.apply(file, Optional.empty(), bytes -> {});
    }
  }

  private void refused(String words, Optional<HeldDocument> held) throws IOException {
    Map<String, String> before = contents();
    assertThatExceptionOfType(KitException.class)
        .isThrownBy(() -> apply(held))
        .withMessageContaining(words);
    assertThat(contents()).isEqualTo(before);
  }

  /// Head office hears of it, too, when the line is back.
  @Test
  void whatItIsRefusedForIsLeftForTheAgent() throws Exception {
    List<Part> parts = parts(document(7));
    parts.removeLast();
    kit(parts);
    refused("lacks 1 of the files", Optional.empty());

    assertThat(KitRefusal.in(folders.kits()).orElseThrow().kit()).isEqualTo(KitSamples.ID);
    assertThat(KitRefusal.in(folders.kits()).orElseThrow().why()).contains("lacks 1 of the files");

    kit(parts(document(5)));
    refused("older than what this device holds", Optional.of(held(7)));
    assertThat(KitRefusal.in(folders.kits()).orElseThrow().why()).contains("older than");
  }

  /// Whoever took the wrong stick tries the next.
  @Test
  void aKitThatThisDeviceCannotOpenIsNoNews() throws Exception {
    Files.write(
        file,
        KitSamples.kit(Map.of(GoldenFiles.DEVICE, KitSamples.deviceKey()), "", parts(document(7))));

    refused("not sealed to this device's key", Optional.empty());

    assertThat(folders.kits()).doesNotExist();
  }

  /// Everything in the data folder but the lock and the note of a refusal.
  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new HashMap<>();
    try (Stream<Path> all = Files.walk(folders.data())) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        if (!path.endsWith("kit.lock") && !path.endsWith("refused.json")) {
          contents.put(
              folders.data().relativize(path).toString(),
              Digest.of(Files.readAllBytes(path)).hex());
        }
      }
    }
    return contents;
  }

  @Test
  void whatIsThisDevicesIsPutDownWhole() throws Exception {
    kit(parts(document(7)));

    KitApply.Placed placed = apply(Optional.empty());

    assertThat(placed.revision()).isEqualTo(7);
    assertThat(placed.files()).isEqualTo(1);
    assertThat(placed.bytes()).isEqualTo(MODEL.length);
    assertThat(KitFolder.in(folders.kits())).containsOnlyKeys(KitSamples.ID);
    KitFolder kit = KitFolder.of(folders.kits(), KitSamples.ID);
    AgentEvent.KitFound found = kit.read();
    assertThat(found.manifest()).isEqualTo(placed.manifest());
    assertThat(found.files()).containsExactly(Digest.of(MODEL));
    assertThat(found.update().sections()).containsExactlyElementsOf(sections(MODEL));
    assertThat(Files.readAllBytes(kit.file(Digest.of(MODEL)))).isEqualTo(MODEL);
  }

  @Test
  void aSecondApplyLeavesItAsItIs() throws Exception {
    kit(parts(document(7)));
    apply(Optional.empty());
    Map<String, String> before = contents();

    apply(Optional.empty());

    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void aKitWhoseFileWasFoundDamagedIsMadeWholeByASecondApply() throws Exception {
    kit(parts(document(7)));
    apply(Optional.empty());
    Map<String, String> before = contents();
    Files.delete(KitFolder.of(folders.kits(), KitSamples.ID).file(Digest.of(MODEL)));

    apply(Optional.empty());

    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void whatARunThatWasKilledLeftGoes() throws Exception {
    Path left = Files.createDirectories(folders.kits().resolve("kit-00000000000000ff.tmp"));
    Files.writeString(left.resolve("half"), "half");
    kit(parts(document(7)));

    apply(Optional.empty());

    assertThat(left).doesNotExist();
  }

  @Test
  void aFileThatTheDeviceHasIsNotWrittenTwice() throws Exception {
    Files.createDirectories(folders.files());
    Files.write(folders.file(Digest.of(MODEL)), MODEL);
    kit(parts(document(7)));

    KitApply.Placed placed = apply(Optional.empty());

    assertThat(placed.bytes()).isZero();
    Path brought = KitFolder.of(folders.kits(), KitSamples.ID).file(Digest.of(MODEL));
    assertThat(Files.isSameFile(brought, folders.file(Digest.of(MODEL)))).isTrue();
  }

  @Test
  void aFileThatTheDeviceHasDamagedIsTakenFromTheKit() throws Exception {
    Files.createDirectories(folders.files());
    Files.write(folders.file(Digest.of(MODEL)), new byte[MODEL.length]);
    kit(parts(document(7)));

    assertThat(apply(Optional.empty()).bytes()).isEqualTo(MODEL.length);
  }

  @Test
  void anOlderKitIsRefusedWithBothRevisionsAndDates() throws Exception {
    kit(parts(document(7)));

    refused(
        "it has revision 7 of 2026-01-01T00:00:00Z, the device holds revision 8 of"
            + " 2026-01-01T00:00:00.008Z",
        Optional.of(held(8)));
  }

  @Test
  void theVeryDocumentThatIsHeldIsNoFault() throws Exception {
    kit(parts(document(7)));

    assertThat(apply(Optional.of(held(7))).wasHeld()).isTrue();
  }

  @Test
  void aDocumentOfAnOlderHistoryIsRefused() throws Exception {
    kit(parts(document(GoldenFiles.DEVICE, new History(0, "before"), 900)));

    refused("before it was restored", Optional.empty());
    refused("older than what this device holds", Optional.of(held(7)));
  }

  @Test
  void anotherDevicesKitNamesWhoseItIs() throws Exception {
    DeviceId other = DeviceId.ofKey(new byte[] {9});
    byte[] kit = KitSamples.kit(Map.of(GoldenFiles.DEVICE, KEY), "", parts(document(7)));
    // The header's JSON says whose it is; it is of the same length.
    String text = new String(kit, java.nio.charset.StandardCharsets.ISO_8859_1);
    Files.write(
        file,
        text.replace(GoldenFiles.DEVICE.text(), other.text())
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

    refused("it is for store-117/counter-1 (" + other + "); this device is", Optional.empty());
  }

  @Test
  void aKitThatIsSealedToAnotherKeyDoesNotOpen() throws Exception {
    Files.write(
        file,
        KitSamples.kit(Map.of(GoldenFiles.DEVICE, KitSamples.deviceKey()), "", parts(document(7))));

    refused("not sealed to this device's key", Optional.empty());
  }

  @Test
  void aKitWithAPassphraseAsksForIt() throws Exception {
    Files.write(file, KitSamples.kit(Map.of(), KitSamples.PASSPHRASE, parts(document(7))));

    refused("needs the passphrase", Optional.empty());
    try (KitApply apply = KitApply.begin(folders, device(Optional.empty()), KitApplyTest::unpack)) {
      assertThatExceptionOfType(KitException.class)
          .isThrownBy(
              () -> apply.apply(file, Optional.of("wrong words, all".toCharArray()), bytes -> {}))
          .withMessageContaining("not the one it was made with");
      assertThat(
              apply
                  .apply(file, Optional.of(KitSamples.PASSPHRASE.toCharArray()), bytes -> {})
                  .revision())
          .isEqualTo(7);
    }
  }

  @Test
  void aDocumentThatAnotherHubSignedIsRefused() throws Exception {
    Envelope forged =
        signed(
            DesiredManifest.PAYLOAD_TYPE,
            manifest(GoldenFiles.DEVICE, GoldenFiles.HISTORY, 7),
            GoldenFiles.PUBLISHER);
    kit(parts(forged));

    refused("its document is refused", Optional.empty());
  }

  @Test
  void anotherDevicesDocumentInThisDevicesKitIsNotTaken() throws Exception {
    kit(parts(document(DeviceId.ofKey(new byte[] {9}), GoldenFiles.HISTORY, 7)));

    refused("no document for this device", Optional.empty());
  }

  @Test
  void aKitThatLacksASectionOrAFileIsRefused() throws Exception {
    List<Part> parts = parts(document(7));
    List<Part> withoutSection = new ArrayList<>(parts);
    withoutSection.remove(2);
    kit(withoutSection);
    refused("lacks 1 sections", Optional.empty());

    List<Part> withoutFile = new ArrayList<>(parts);
    withoutFile.removeLast();
    kit(withoutFile);
    refused("lacks 1 of the files", Optional.empty());
  }

  @Test
  void aDamagedKitLeavesNothingBehindWhereverItIsDamaged() throws Exception {
    byte[] whole = KitSamples.kit(Map.of(GoldenFiles.DEVICE, KEY), "", parts(document(7)));
    for (int place = whole.length - 1; place > 0; place -= 9_973) {
      byte[] changed = whole.clone();
      changed[place] ^= 1;
      Files.write(file, changed);
      refused("", Optional.empty());
      Files.write(file, Arrays.copyOf(whole, place));
      refused("", Optional.empty());
    }
    Files.write(file, whole);
    assertThat(apply(Optional.empty()).revision()).isEqualTo(7);
  }

  @Test
  void twoAreNotAppliedAtOnce() throws Exception {
    kit(parts(document(7)));
    try (KitApply _ = KitApply.begin(folders, device(Optional.empty()), KitApplyTest::unpack)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> apply(Optional.empty()))
          .withMessageContaining("another kit is being applied");
    }
  }

  /// The agent removes it whenever it is empty.
  @Test
  void theFolderOfAllKitsMayGoAtAnyMoment() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    Thread agent =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!isOver.get()) {
                    try {
                      Files.createDirectories(folders.kits());
                      Files.deleteIfExists(folders.kits());
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }
                });
    try {
      for (int times = 0; times < 3_000; times++) {
        KitApply.begin(folders, device(Optional.empty()), KitApplyTest::unpack).close();
        assertThat(KitFolder.in(folders.kits())).isEmpty();
      }
    } finally {
      isOver.set(true);
      agent.join();
    }
  }

  // Bundles

  private static final Path GOLDEN = Path.of("../protocol/src/test/resources/golden/bundle");
  private static final Digest BEFORE = Digest.ofText("the release before");

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(GOLDEN.resolve(name));
  }

  private static KitHeader.Bundle bundle(String name, int variant, @Nullable Digest base)
      throws IOException {
    byte[] content = golden(name);
    byte[] target = golden("target.safetensors");
    Digest release = Digest.of(java.util.Base64.getDecoder().decode(release(target).payload()));
    return new KitHeader.Bundle(
        Digest.of(content), content.length, target.length, release, variant, base);
  }

  /// A kit whose one file comes by these bundles only.
  private void kitOf(Map<KitHeader.Bundle, byte[]> bundles) throws IOException {
    byte[] target = golden("target.safetensors");
    List<Part> parts = new ArrayList<>();
    parts.add(
        part(
            signed(
                DesiredManifest.PAYLOAD_TYPE,
                manifest(GoldenFiles.DEVICE, GoldenFiles.HISTORY, 8, target),
                GoldenFiles.DOCUMENT)));
    for (Section section : sections(target)) {
      parts.add(Part.text(KitRecord.Kind.SECTION, section.text()));
    }
    bundles.values().forEach(it -> parts.add(new Part(KitRecord.Kind.BUNDLE, it)));
    KitKey key = KitKey.draw(new SecureRandom());
    KitHeader plain =
        KitSamples.header(
            List.of(
                key.lockTo(GoldenFiles.DEVICE, KEY.getPublic(), KitSamples.ID, new SecureRandom())),
            parts);
    KitHeader header =
        new KitHeader(
            plain.id(),
            plain.createdMillis(),
            plain.history(),
            plain.fleet(),
            plain.site(),
            plain.slots(),
            plain.locks(),
            plain.contentBytes(),
            List.copyOf(bundles.keySet()));
    Files.write(file, KitSamples.write(header, key, parts));
  }

  @Test
  void aBundleMakesTheFilesAndDoesNotStay() throws Exception {
    kitOf(Map.of(bundle("whole.bundle", 0, null), golden("whole.bundle")));

    KitApply.Placed placed = apply(Optional.empty());

    assertThat(placed.bundles()).isOne();
    assertThat(placed.bundleBytes()).isEqualTo(golden("whole.bundle").length);
    assertThat(placed.bytes()).isEqualTo(golden("target.safetensors").length);
    Path kit = folders.kits().resolve(KitSamples.ID);
    assertThat(kit.resolve(Digest.of(golden("target.safetensors")).hex()))
        .hasBinaryContent(golden("target.safetensors"));
    try (Stream<Path> left = Files.list(kit)) {
      assertThat(left.map(it -> it.getFileName().toString()))
          .noneMatch(it -> it.contains("bundle") || it.contains("made"));
    }
  }

  @Test
  void aBundleWhoseBaseIsNotHereIsRefusedByItsName() throws Exception {
    kitOf(Map.of(bundle("change.bundle", 0, BEFORE), golden("change.bundle")));

    refused("what changed since release " + BEFORE.brief(), Optional.empty());
    refused("does not hold", Optional.empty());
    refused("--whole", Optional.empty());
  }

  @Test
  void aBundleWhoseBaseIsDamagedIsRefusedByItsName() throws Exception {
    Files.createDirectories(folders.release(BEFORE));
    kitOf(Map.of(bundle("change.bundle", 0, BEFORE), golden("change.bundle")));

    refused("whose files are damaged on this device", Optional.empty());
    refused("--whole", Optional.empty());
  }

  @Test
  void aBundleThatNeedsNothingHelpsWhereTheBaseIsLost() throws Exception {
    Map<KitHeader.Bundle, byte[]> bundles = new LinkedHashMap<>();
    bundles.put(bundle("change.bundle", 0, BEFORE), golden("change.bundle"));
    bundles.put(bundle("whole.bundle", 0, null), golden("whole.bundle"));
    kitOf(bundles);

    assertThat(apply(Optional.empty()).bundles()).isOne();
  }

  @Test
  void aBundleOfAnotherVariantIsPassedOver() throws Exception {
    kitOf(Map.of(bundle("whole.bundle", 1, null), golden("whole.bundle")));

    refused("it lacks 1 of the files", Optional.empty());
  }

  @Test
  void aBundleThatMakesSomethingElseIsOfNoUse() throws Exception {
    byte[] rubbish = golden("whole.bundle");
    rubbish[rubbish.length - 5] ^= 1;
    KitHeader.Bundle named = bundle("whole.bundle", 0, null);
    KitHeader.Bundle lied =
        new KitHeader.Bundle(
            Digest.of(rubbish),
            rubbish.length,
            named.plainBytes(),
            named.target(),
            named.variant(),
            null);
    kitOf(Map.of(lied, rubbish));

    refused("is of no use", Optional.empty());
  }

  @Test
  void roomIsNeededForAllThatABundleMakes() throws Exception {
    KitHeader.Bundle named = bundle("whole.bundle", 0, null);
    KitHeader.Bundle large =
        new KitHeader.Bundle(
            named.bundle(), named.bytes(), 1L << 52, named.target(), named.variant(), null);
    kitOf(Map.of(large, golden("whole.bundle")));

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> apply(Optional.empty()))
        .withMessageContaining("no room on the disk");
    assertThat(folders.kits().resolve(KitSamples.ID)).doesNotExist();
  }

  @Test
  void aBundleThatDoesNotApplyHereNeedsNoRoom() throws Exception {
    Map<KitHeader.Bundle, byte[]> bundles = new LinkedHashMap<>();
    KitHeader.Bundle named = bundle("change.bundle", 0, BEFORE);
    bundles.put(
        new KitHeader.Bundle(
            named.bundle(), named.bytes(), 1L << 52, named.target(), named.variant(), BEFORE),
        golden("change.bundle"));
    bundles.put(bundle("whole.bundle", 0, null), golden("whole.bundle"));
    kitOf(bundles);

    assertThat(apply(Optional.empty()).bundles()).isOne();
  }

  @Test
  void aBundleThatTheHeaderDoesNotNameIsRefused() throws Exception {
    KitHeader.Bundle named = bundle("change.bundle", 0, null);
    kitOf(Map.of(named, golden("whole.bundle")));

    refused("its header does not name", Optional.empty());
  }

  @Test
  void whatRootUnpacksIsTheAgentsBeforeItIsWhole() throws Exception {
    if (System.getProperty("user.name").equals("root")) {
      giveDataTo("nobody");
    }
    Path bundle = Files.write(folder.resolve("whole.bundle"), golden("whole.bundle"));
    Set<UserPrincipal> owners = new HashSet<>();

    BundleApply.apply(
        null,
        bundle,
        BundleApply.Wanted.byDigests(folders.data().resolve("made"), OptionalLong.empty()),
        size -> {},
        bytes -> owners.addAll(ownersOfFolders(folders.data())));

    assertThat(owners).containsExactly(Files.getOwner(folders.data()));
    assertThat(ownersOfFolders(folders.data())).isEqualTo(owners);
  }

  /// Root would open, make or give away whatever the agent's user likes.
  @Test
  void linksInTheAgentsFolderAreNotFollowed() throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    Files.createSymbolicLink(folders.data().resolve("kit.lock"), elsewhere);

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> KitApply.sweep(folders));
    assertThat(elsewhere).doesNotExist();

    Files.writeString(elsewhere, "of somebody else");
    UserPrincipal before = Files.getOwner(elsewhere);
    if (System.getProperty("user.name").equals("root")) {
      giveDataTo("nobody");
    }
    Owner.of(folders.data()).give(folders.data().resolve("kit.lock"));
    assertThat(Files.getOwner(elsewhere)).isEqualTo(before);
  }

  @Test
  void aLinkWhereABundleIsUnpackedIsNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    UserPrincipal before = Files.getOwner(elsewhere);
    if (System.getProperty("user.name").equals("root")) {
      giveDataTo("nobody");
    }
    Path bundle = Files.write(folder.resolve("whole.bundle"), golden("whole.bundle"));
    Files.createSymbolicLink(folders.data().resolve(".made.applying"), elsewhere);

    assertThatExceptionOfType(ApplyException.class)
        .isThrownBy(
            () ->
                BundleApply.apply(
                    null,
                    bundle,
                    BundleApply.Wanted.byDigests(
                        folders.data().resolve("made"), OptionalLong.empty()),
                    size -> {},
                    bytes -> {}));

    assertThat(elsewhere).isEmptyDirectory();
    assertThat(Files.getOwner(elsewhere)).isEqualTo(before);
  }

  private void giveDataTo(String user) throws IOException {
    Files.setOwner(
        folders.data(),
        folders.data().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
  }

  private static Set<UserPrincipal> ownersOfFolders(Path from) {
    Set<UserPrincipal> owners = new HashSet<>();
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.filter(Files::isDirectory).toList()) {
        owners.add(Files.getOwner(path));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return owners;
  }

  private static KitUnpacking.Outcome unpack(@Nullable Path base, Path bundle, Path out, long bytes)
      throws IOException {
    try {
      BundleApply.Wanted wanted = BundleApply.Wanted.byDigests(out, OptionalLong.of(bytes));
      BundleApply.apply(base, bundle, wanted, size -> {}, progress -> {});
      return new KitUnpacking.Outcome.Made();
    } catch (BaseException e) {
      return new KitUnpacking.Outcome.BaseDamaged();
    } catch (ApplyException e) {
      return new KitUnpacking.Outcome.Refused(String.valueOf(e.getMessage()));
    }
  }
}
