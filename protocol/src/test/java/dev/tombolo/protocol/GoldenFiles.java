package dev.tombolo.protocol;

import dev.tombolo.protocol.codec.Json;
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
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.RenewResponse;
import dev.tombolo.protocol.enrol.TimeProof;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.HubBeacon;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import dev.tombolo.protocol.token.TokenSecret;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The messages of one device's life, as the golden files hold them. They fit each other: the token
/// pins the CA and the publisher root, the desired update carries the release that the root's key
/// signed. [#main] writes the files anew, for a change of the protocol that is meant.
public final class GoldenFiles {
  public static final KeyPair PUBLISHER = Ed25519Keys.ofSeed(count(0));
  public static final KeyPair DOCUMENT = Ed25519Keys.ofSeed(count(32));
  public static final DeviceId DEVICE = new DeviceId("dev-a5a7m7sj4ttzxs0w1hjz3hnf");
  public static final History HISTORY = new History(1, "h-4fzyo82mvyr5gkkw");

  public static final PublisherRoot ROOT =
      new PublisherRoot(1, 1, List.of(Ed25519Keys.describe(PUBLISHER.getPublic(), "head office")));
  public static final Envelope ROOT_ENVELOPE = signed(PublisherRoot.PAYLOAD_TYPE, ROOT, PUBLISHER);
  public static final Digest ROOT_DIGEST = Digest.ofText(Json.write(ROOT));

  public static final ReleaseManifest RELEASE = release();
  public static final Envelope RELEASE_ENVELOPE =
      signed(ReleaseManifest.PAYLOAD_TYPE, RELEASE, PUBLISHER);
  public static final Digest RELEASE_DIGEST = Digest.ofText(Json.write(RELEASE));

  public static final PlaceSection PLACE =
      new PlaceSection(
          new Name("production-fleet"),
          new Name("store-117"),
          new Name("counter-1"),
          "Zürich, Bahnhofstraße 1",
          "Europe/Zurich");
  public static final WorkloadsSection WORKLOADS =
      new WorkloadsSection(
          List.of(
              new WorkloadsSection.Selection(
                  new Name("people-counter"), RELEASE_DIGEST, "1.5.0", Map.of("port", "9000"))));
  public static final Permit PERMIT =
      new Permit(new Name("counting-1-5"), 2, 1_767_222_000_000L, 1_767_243_600_000L);
  public static final TrustSection TRUST = new TrustSection(List.of(ROOT_ENVELOPE));

  public static final List<Section> SECTIONS =
      List.of(
          new Section(Section.PLACE, Json.write(PLACE)),
          new Section(Section.WORKLOADS, Json.write(WORKLOADS)),
          new Section(Section.TRUST, Json.write(TRUST)),
          new Section(Section.RELEASE_PREFIX + "people-counter", Json.write(RELEASE_ENVELOPE)));
  public static final DesiredManifest MANIFEST =
      new DesiredManifest(
          DEVICE,
          HISTORY,
          7,
          1_767_225_600_000L,
          List.of("v1"),
          SECTIONS.stream()
              .map(section -> new DesiredManifest.SectionRef(section.name(), section.digest()))
              .toList());
  public static final Envelope MANIFEST_ENVELOPE =
      signed(DesiredManifest.PAYLOAD_TYPE, MANIFEST, DOCUMENT);
  public static final Digest MANIFEST_DIGEST = Digest.ofText(Json.write(MANIFEST));

  public static final JoinToken TOKEN =
      new JoinToken(
          "0123456789abcdef",
          new TokenSecret(
              new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}),
          Digest.ofHex("784e9992a2cc662f49fff377cf41129ced6969b4fe676f3dba76936896b4dae9"),
          ROOT_DIGEST,
          1_767_229_200L,
          List.of("hub.example:8443", "[2001:db8::7]:8443"));
  public static final String TOKEN_TEXT = JoinTokenCodec.encode(TOKEN);

  private GoldenFiles() {}

  /// Each message by the name of its file, in the order of a device's life.
  public static Map<String, Object> messages() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("enrol-request", enrolRequest());
    all.put("enrol-response", enrolResponse());
    all.put("refusal", refusal());
    all.put("renew-request", new RenewRequest(resource("/trust/device.csr")));
    all.put("renew-response", new RenewResponse(chain()));
    String leaf = resource("/trust/device.pem");
    String csr = resource("/trust/device.csr");
    all.put("challenge-request", new ChallengeRequest(leaf, csr));
    all.put("challenge-response", new ChallengeResponse("AQIDBAUGBwgJCgsMDQ4PEA", 120));
    all.put("recover-request", new RecoverRequest(leaf, csr, "AQIDBAUGBwgJCgsMDQ4PEA", "MEUCIQDf"));
    all.put("time-response", timeResponse());
    all.put("presence-first-birth", firstBirth());
    all.put("presence-birth", birth());
    all.put("presence-will", new Presence.Will("9b2f6c1e", 42));
    all.put("publisher-root", ROOT);
    all.put("publisher-root-envelope", ROOT_ENVELOPE);
    all.put("release-manifest", RELEASE);
    all.put("release-envelope", RELEASE_ENVELOPE);
    all.put("section-place", PLACE);
    all.put("section-peers", peers());
    all.put("section-workloads", WORKLOADS);
    all.put("section-workloads-gated", gated());
    all.put("section-windows", windows());
    all.put("section-line", line());
    all.put("section-trust", TRUST);
    all.put("desired-manifest", MANIFEST);
    all.put(
        "desired-update",
        new DesiredUpdate(MANIFEST_ENVELOPE, SECTIONS, resource("/trust/document.pem")));
    all.put("report", report());
    all.put("report-of-permit", reportOfPermit());
    all.put("report-that-follows", reportThatFollows());
    all.put("acked", new Acked("5d41402a", 1003, 1_767_225_700_123L));
    all.put("acked-with-backups", new Acked("5d41402a", 1003, 1_767_225_700_123L, 998L));
    all.put("ask", new Ask("q-1", "logs", Map.of("application", "people-counter", "lines", "50")));
    all.put("answer", new Answer("q-1", true, "counter ready\nport 9000\n"));
    all.put("hub-beacon", new HubBeacon(HISTORY, "c41d8e07", 10));
    all.put("bundle-offer", new BundleOffer(Digest.ofText("bundle"), 4_630_165));
    all.put("reason", failed());
    all.put("kit-header", kitHeader());
    return all;
  }

  public static String golden(String name) {
    return resource("/golden/" + name);
  }

  public static String resource(String path) {
    try (InputStream in = GoldenFiles.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("no test resource " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @param args the folder of the golden files
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (Map.Entry<String, Object> message : messages().entrySet()) {
      Files.writeString(folder.resolve(message.getKey() + ".json"), Json.write(message.getValue()));
    }
    Files.writeString(folder.resolve("join-token.txt"), TOKEN_TEXT);
  }

  private static Envelope signed(String type, Object content, KeyPair key) {
    return Dsse.sign(
        type, Json.write(content), key.getPrivate(), Ed25519Keys.keyid(key.getPublic()));
  }

  private static String chain() {
    return resource("/trust/device.pem") + resource("/trust/ca.pem");
  }

  /// By which a device with a wrong clock sets itself right; its nonce is 32 times `0`.
  private static TimeResponse timeResponse() {
    long now = 1_767_225_600_000L;
    byte[] text = TimeProof.text("0".repeat(32), now);
    String chain = resource("/trust/document.pem") + resource("/trust/ca.pem");
    return new TimeResponse(now, Ed25519Keys.sign(DOCUMENT.getPrivate(), text), chain);
  }

  private static EnrolRequest enrolRequest() {
    return new EnrolRequest(
        TOKEN_TEXT,
        resource("/trust/device.csr"),
        Map.of("host", "counter-117", "os", "linux", "arch", "aarch64", "agentVersion", "0.1.0"));
  }

  private static EnrolResponse enrolResponse() {
    return new EnrolResponse(
        DEVICE,
        new Name("production-fleet"),
        new Name("store-117"),
        new Name("counter-1"),
        chain(),
        resource("/trust/document.pem"),
        HISTORY,
        List.of("wss://hub.example:8443/mqtt", "mqtts://hub.example:8443"),
        "https://hub.example:8443");
  }

  private static Refusal refusal() {
    Reason reason = new Reason.TokenExpired("0123456789abcdef", 1_767_229_200_000L);
    return new Refusal(reason, ReasonText.say(reason));
  }

  private static Presence firstBirth() {
    return new Presence.Birth(
        "9b2f6c1e", 1, null, 0, null, List.of(), null, "5d41402a", 0, "0.1.0", List.of("v1"), 4711);
  }

  private static Presence birth() {
    return new Presence.Birth(
        "9b2f6c1e",
        42,
        HISTORY,
        7,
        MANIFEST_DIGEST,
        SECTIONS.stream().map(Section::digest).toList(),
        Ed25519Keys.keyid(DOCUMENT.getPublic()),
        "5d41402a",
        1001,
        "0.1.0",
        List.of("v1"),
        1_767_225_650_000L,
        List.of("192.0.2.17:8444"));
  }

  private static PeersSection peers() {
    return new PeersSection(
        List.of(
            new PeersSection.Peer(
                DEVICE,
                new Name("counter-1"),
                List.of(Digest.ofText("key")),
                List.of("192.0.2.17:8444")),
            new PeersSection.Peer(
                DeviceId.ofKey(count(7)),
                new Name("counter-2"),
                List.of(Digest.ofText("key of counter-2"), Digest.ofText("its next key")),
                List.of("192.0.2.18:8444", "[2001:db8::18]:8444"))));
  }

  private static Reason failed() {
    return new Reason.RolledBack(
        Digest.ofText("bad"),
        RELEASE_DIGEST,
        new Reason.ProbeFailed("golden-set", "2 of 4 \"wrong\""));
  }

  private static Report report() {
    ApplicationStatus status =
        new ApplicationStatus(
            new Name("people-counter"),
            ApplicationStatus.Phase.ROLLED_BACK,
            Digest.ofText("bad"),
            "1.6.0",
            RELEASE_DIGEST,
            "1.5.0",
            null,
            1_767_225_660_000L,
            34_000_000,
            34_000_000,
            4242,
            List.of(failed()));
    ReportBody state =
        new ReportBody.State(
            MANIFEST_DIGEST,
            7,
            List.of(status),
            List.of(new Reason.LineDown(1_767_225_000_000L, "connection reset")),
            Map.of(
                "host", "counter-117", "os", "linux", "arch", "aarch64", "agentVersion", "0.1.0"));
    ReportBody happened =
        new ReportBody.Happened(
            "rolled-back", new Name("people-counter"), Digest.ofText("bad"), failed());
    ReportBody result =
        new ReportBody.Result(new Name("people"), "{\"in\":12,\"out\":9,\"t\":1767225600}");
    ReportBody dropped = new ReportBody.Dropped(new Name("people"), 17, 800, 816);
    return new Report(
        "5d41402a",
        "9b2f6c1e",
        1_767_225_670_000L,
        95_000,
        List.of(row(1000, happened), row(1001, result), row(1002, dropped), row(1003, state)));
  }

  /// One application may switch, one waits for its permit, one needs none.
  private static WorkloadsSection gated() {
    return new WorkloadsSection(
        List.of(
            new WorkloadsSection.Selection(
                new Name("people-counter"),
                RELEASE_DIGEST,
                "1.5.0",
                Map.of("port", "9000"),
                Gate.of(PERMIT)),
            new WorkloadsSection.Selection(
                new Name("queue-counter"),
                Digest.ofText("queue"),
                "2.0.0",
                Map.of(),
                Gate.shut(new Name("queue-2"), 1).ofWave("early")),
            new WorkloadsSection.Selection(
                new Name("till-printer"),
                Digest.ofText("till"),
                "0.3.0",
                Map.of(),
                null,
                new WorkloadsSection.Overruled(new Name("printer-7"), "0.4.0", "site/store-117"))));
  }

  /// Downloads at night, switches between one and five but on Sundays, nothing over the holidays.
  private static WindowsSection windows() {
    List<WeekSpan> nights = new ArrayList<>();
    List<WeekSpan> open = new ArrayList<>();
    for (int day = 0; day < 6; day++) {
      int midnight = day * WeekSpan.DAY_MINUTES;
      nights.add(new WeekSpan(midnight + 22 * 60, midnight + 30 * 60));
      open.add(new WeekSpan(midnight + 8 * 60, midnight + 20 * 60));
    }
    return new WindowsSection(
        new ZoneOffsets(
            "Europe/Zurich",
            3600,
            List.of(
                new ZoneOffsets.Change(1_774_746_000, 7200),
                new ZoneOffsets.Change(1_792_890_000, 3600))),
        nights,
        List.of(new WeekSpan(60, 300), new WeekSpan(1500, 1740)),
        open,
        List.of(new DateSpan(LocalDate.of(2026, 12, 18), LocalDate.of(2027, 1, 6))),
        1_767_243_600_000L);
  }

  /// A little by day, less in the evening, nothing now.
  private static LineSection line() {
    List<LineSection.Limit> limits = new ArrayList<>();
    for (int day = 0; day < 7; day++) {
      int midnight = day * WeekSpan.DAY_MINUTES;
      limits.add(limit(midnight + 8 * 60, midnight + 20 * 60, 2_000_000));
    }
    limits.add(
        limit(4 * WeekSpan.DAY_MINUTES + 17 * 60, 4 * WeekSpan.DAY_MINUTES + 19 * 60, 512_000));
    return new LineSection(
        windows().zone(),
        limits,
        new LineSection.Pause("ann", "inventory, until ann calls", 1_767_225_600_000L));
  }

  private static LineSection.Limit limit(int fromMinute, int untilMinute, long bitsPerSecond) {
    return new LineSection.Limit(new WeekSpan(fromMinute, untilMinute), new BitRate(bitsPerSecond));
  }

  /// The permit was used while the line was down.
  private static Report reportOfPermit() {
    ApplicationStatus status =
        new ApplicationStatus(
            new Name("people-counter"),
            ApplicationStatus.Phase.LIVE,
            RELEASE_DIGEST,
            "1.5.0",
            RELEASE_DIGEST,
            "1.5.0",
            Digest.ofText("old"),
            1_767_225_660_000L,
            34_000_000,
            34_000_000,
            4242,
            List.of(new Reason.UpToDate()),
            PERMIT,
            null);
    ReportBody used =
        new ReportBody.Happened(
            ReportBody.Happened.PERMIT_USED,
            new Name("people-counter"),
            RELEASE_DIGEST,
            null,
            PERMIT);
    ReportBody state =
        new ReportBody.State(MANIFEST_DIGEST, 7, List.of(status), List.of(), Map.of());
    return new Report(
        "5d41402a",
        "9b2f6c1e",
        1_767_225_670_000L,
        95_000,
        List.of(row(1004, used), row(1005, state)));
  }

  /// A state of the numbers between was superseded before it was sent.
  private static Report reportThatFollows() {
    return new Report(
        "5d41402a",
        "9b2f6c1e",
        1_767_225_670_000L,
        95_000,
        1005L,
        List.of(row(1007, new ReportBody.Result(new Name("people"), "{\"in\":3}"))));
  }

  private static Report.Row row(long sequence, ReportBody body) {
    return new Report.Row(sequence, "9b2f6c1e", 1_767_225_660_000L, 85_000, body);
  }

  private static ReleaseManifest release() {
    WorkloadSpec workload =
        new WorkloadSpec(
            WorkloadSpec.Type.PROCESS,
            List.of(
                "${runtime.java}/bin/java",
                "-jar",
                "${release.dir}/counter.jar",
                "--port=${param.port}",
                "--model=${release.dir}/model/people.onnx",
                "--results=${loopback.url}"),
            Map.of("WORK", "${work.dir}", "DIGEST", "${release.digest}"),
            new WorkloadSpec.Reload.Restart(),
            List.of(
                new Probe.Http("healthy", 5, 2, "${param.port}", "/healthz", "${release.digest}"),
                new Probe.Exec(
                    "golden-set", 60, 30, List.of("${release.dir}/golden", "${param.port}")),
                new Probe.Tcp("port", 5, 2, "${param.port}")),
            60,
            30,
            10);
    Variant variant =
        new Variant(
            "linux",
            "any",
            List.of("java"),
            List.of(
                new Variant.File("counter.jar", 120_000, Digest.ofText("jar"), false),
                new Variant.File("golden", 900, Digest.ofText("golden"), true),
                new Variant.File("model/people.onnx", 33_879_100, Digest.ofText("onnx"), false)),
            workload,
            List.of(
                new Variant.Parameter(
                    "port", Variant.Parameter.Type.INTEGER, "9000", 1024L, 65535L),
                new Variant.Parameter("camera", Variant.Parameter.Type.TEXT, "entrance", null, 64L),
                new Variant.Parameter(
                    "night", Variant.Parameter.Type.BOOLEAN, "false", null, null)));
    return new ReleaseManifest(
        new Name("people-counter"),
        "1.5.0",
        ReleaseManifest.Kind.MODEL,
        "Counts people at the door.",
        List.of("production-fleet", "staging"),
        3,
        List.of("v1"),
        List.of(variant));
  }

  private static KitHeader kitHeader() {
    return new KitHeader(
        "kit-0123456789abcdef",
        1_767_225_700_000L,
        HISTORY,
        new Name("production-fleet"),
        new Name("store-117"),
        List.of(new KitHeader.Slot(new Name("counter-1"), DEVICE, 7, 1_767_225_600_000L)),
        List.of(
            new KitLock.OfDevice(DEVICE, "MFkw", "c2VhbGVk"),
            new KitLock.OfPassphrase("AQIDBAUGBwgJCgsMDQ4PEA==", 600_000, "c2VhbGVk")),
        34_000_000);
  }

  private static byte[] count(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
