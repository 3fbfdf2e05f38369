package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hub's loop with the world around it answering at once: certificates and documents are signed,
/// updates are taken. Time moves only when a test says so.
public final class Scene {
  public static final Name FLEET = new Name("production");
  public static final Name SITE = new Name("store-117");
  public static final SlotRef SLOT = new SlotRef(SITE, new Name("counter-1"));
  public static final Principal ALICE = new Principal("user:alice");
  public static final String DOCUMENT_KEY = "sha256:document";
  public static final KeyPair PUBLISHER = Ed25519Keys.ofSeed(new byte[32]);

  /// A quota that no test fills.
  public static final RowQuota PLENTY = new RowQuota(Duration.ofDays(1_000), 1L << 40, 1L << 40);

  private static final int TICKS = 20;

  private final HubSettings settings;
  private final HubStore store;
  private final PublishedDirectory directory = new PublishedDirectory();
  private HubTurn turn;
  public long now = 1_800_000_000_000L;
  private long lastNumber;

  /// Devices take what they are sent, at once.
  public boolean devicesTake = true;

  public boolean documentsAreSigned = true;
  public boolean certificatesAreSigned = true;

  public Scene(HubStore store) {
    this(store, PLENTY, PLENTY);
  }

  public Scene(HubStore store, RowQuota results, RowQuota events) {
    this.settings =
        new HubSettings(
            List.of("wss://hub:8443/mqtt"),
            "https://hub:8443",
            DOCUMENT_KEY,
            "document certificate",
            results,
            events,
            TrustSettings.USUAL);
    this.store = store;
    this.turn = new HubTurn(settings, store, directory);
  }

  /// With a fleet, a site, a slot and a trusted publisher.
  public static Scene ready(HubStore store) {
    return ready(new Scene(store));
  }

  public static Scene ready(Scene scene) {
    scene.trust();
    scene.apply(fleet(false), site(SITE), slot(SLOT));
    return scene;
  }

  public void restart() {
    turn = new HubTurn(settings, store, directory);
  }

  public EdgeDirectory directory() {
    return directory;
  }

  /// What the hub has in memory.
  HubState state() {
    return turn.state();
  }

  public HubStore store() {
    return store;
  }

  /// Hands the events in as one batch and lets the world answer until nothing is left to do.
  public List<HubEffect> tell(HubEvent... events) {
    List<HubEffect> all = new ArrayList<>();
    ArrayDeque<HubEvent> next = new ArrayDeque<>(List.of(events));
    while (!next.isEmpty() || turn.isWorkLeft()) {
      if (next.isEmpty()) {
        next.add(new HubEvent.Ticked());
      }
      List<HubEvent> batch = new ArrayList<>(next);
      next.clear();
      for (HubEffect effect : turn.take(batch, now)) {
        all.add(effect);
        answer(effect, next);
      }
    }
    return all;
  }

  /// One turn, and nothing of what it leaves to do.
  List<HubEffect> turn(List<HubEvent> events) {
    return turn.take(events, now);
  }

  /// One turn, and of what it leaves to do as much as there is time for.
  List<HubEffect> turn(List<HubEvent> events, BooleanSupplier isTimeLeft) {
    return turn.take(events, now, isTimeLeft);
  }

  boolean isWorkLeft() {
    return turn.isWorkLeft();
  }

  /// Hands a command in and stops there: whatever it leaves to do is not begun.
  void turnOnly(AdminCommand command) {
    turnOnly(new HubEvent.AdminAsked(number(), ALICE, command));
  }

  void turnOnly(HubEvent event) {
    turn.take(List.of(event), now);
  }

  private void answer(HubEffect effect, ArrayDeque<HubEvent> next) {
    switch (effect) {
      case HubEffect.SignCertificate sign -> {
        if (certificatesAreSigned) {
          next.add(signed(sign));
        }
      }
      case HubEffect.SignDocument sign -> {
        if (documentsAreSigned) {
          next.add(new HubEvent.DocumentSigned(sign.device(), sign.revision(), envelope(sign)));
        }
      }
      case HubEffect.SendDesired send -> {
        if (devicesTake) {
          next.add(new HubEvent.DesiredTaken(send.session(), send.device(), send.manifest()));
        }
      }
      default -> {}
    }
  }

  public static HubEvent.CertificateSigned signed(HubEffect.SignCertificate sign) {
    return new HubEvent.CertificateSigned(
        sign.request(),
        new IssuedCertificate(
            sign.serial(),
            sign.notBeforeMillis(),
            sign.notAfterMillis(),
            "certificate " + sign.serial()));
  }

  public static Envelope envelope(HubEffect.SignDocument sign) {
    return new Envelope(
        DesiredManifest.PAYLOAD_TYPE,
        Base64.getEncoder().encodeToString(sign.payload()),
        List.of(new Envelope.Signature(DOCUMENT_KEY, "")));
  }

  public long number() {
    return ++lastNumber;
  }

  public AdminAnswer command(AdminCommand command) {
    return one(
            HubEffect.AdminAnswered.class, tell(new HubEvent.AdminAsked(number(), ALICE, command)))
        .answer();
  }

  public AdminAnswer apply(AdminObject... objects) {
    return command(new AdminCommand.Apply(List.of(objects), Optional.empty(), false));
  }

  public static AdminObject.Fleet fleet(boolean isProtected) {
    return new AdminObject.Fleet(FLEET, "Production", Map.of(), isProtected, Map.of());
  }

  public static AdminObject.Fleet fleet(Map<Name, Map<String, String>> parameters) {
    return new AdminObject.Fleet(FLEET, "Production", Map.of(), false, parameters);
  }

  public static AdminObject.Site site(Name name) {
    return new AdminObject.Site(name, FLEET, "", Map.of(), "Europe/Berlin", "", "", Map.of());
  }

  public static AdminObject.Slot slot(SlotRef ref) {
    return new AdminObject.Slot(ref, "", Map.of(), Map.of());
  }

  public AdminAnswer trust() {
    PublisherRoot root =
        new PublisherRoot(1, 1, List.of(Ed25519Keys.describe(PUBLISHER.getPublic(), "tests")));
    return command(
        new AdminCommand.TrustPublisher(
            sign(PublisherRoot.PAYLOAD_TYPE, Json.write(root), PUBLISHER)));
  }

  public static Envelope sign(String type, String payload, KeyPair by) {
    return Dsse.sign(type, payload, by.getPrivate(), Ed25519Keys.keyid(by.getPublic()));
  }

  public static Envelope release(String name, String version) {
    return sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(manifest(name, version)), PUBLISHER);
  }

  public static ReleaseManifest manifest(String name, String version) {
    return new ReleaseManifest(
        new Name(name),
        version,
        ReleaseManifest.Kind.MODEL,
        "",
        List.of("*"),
        0,
        List.of(),
        List.of(
            new Variant(
                "linux",
                "any",
                List.of(),
                List.of(
                    new Variant.File(
                        "model.onnx", 5, Digest.ofText(name + version + " bytes"), false)),
                new WorkloadSpec(
                    WorkloadSpec.Type.NONE,
                    List.of(),
                    Map.of(),
                    new WorkloadSpec.Reload.Restart(),
                    List.of(),
                    0,
                    0,
                    0),
                Stream.of("threads", "level", "quote", "p", "q", "api-token")
                    .map(Scene::text)
                    .toList())));
  }

  private static Variant.Parameter text(String name) {
    return new Variant.Parameter(name, Variant.Parameter.Type.TEXT, "", null, null);
  }

  /// Pushes a release and assigns it to the fleet.
  public Digest assign(String name, String version) {
    AdminAnswer pushed = command(new AdminCommand.PushRelease(release(name, version)));
    command(
        new AdminCommand.Assign(
            new ReleaseRef(new Name(name), version),
            FLEET,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    if (pushed instanceof AdminAnswer.ReleaseTaken taken) {
      return taken.release();
    }
    throw new AssertionError("not taken: " + pushed);
  }

  /// A token's random parts, as the adapter draws them.
  public JoinToken drawn() {
    byte[] secret = new byte[TokenSecret.BYTES];
    long number = number();
    secret[0] = (byte) number;
    secret[1] = (byte) (number >> 8);
    PublisherRoot root =
        new PublisherRoot(1, 1, List.of(Ed25519Keys.describe(PUBLISHER.getPublic(), "tests")));
    return new JoinToken(
        String.format("%016x", number),
        new TokenSecret(secret),
        Digest.ofText("root key"),
        Digest.ofText(Json.write(root)),
        0,
        List.of());
  }

  public JoinToken token(Optional<Name> site, Optional<SlotRef> slot, int uses) {
    AdminAnswer answer =
        command(
            new AdminCommand.CreateToken(
                FLEET, site, slot, uses, Duration.ofHours(1), drawn(), Optional.empty()));
    if (answer instanceof AdminAnswer.TokenMade made) {
      return made.token();
    }
    throw new AssertionError("no token: " + answer);
  }

  public JoinToken siteToken(int uses) {
    return token(Optional.of(SITE), Optional.empty(), uses);
  }

  /// A key as a CSR brings it; equal names are equal keys and CSRs.
  public static RequestedKey key(String name) {
    byte[] der = ("key of " + name).getBytes(StandardCharsets.UTF_8);
    return new RequestedKey(
        Base64.getEncoder().encodeToString(der), Digest.ofText("csr of " + name));
  }

  public static DeviceId deviceOf(String name) {
    return DeviceId.ofKey(key(name).spkiDer());
  }

  public HubEvent.EnrolAsked enrolAsked(JoinToken token, String name) {
    return new HubEvent.EnrolAsked(number(), token, key(name), Map.of("host", name), "10.0.0.1:99");
  }

  public EnrolResponse enrol(JoinToken token, String name) {
    return one(HubEffect.EnrolGranted.class, tell(enrolAsked(token, name))).response();
  }

  /// A new device in the site.
  public DeviceId enrolled(String name) {
    return joined(name).device();
  }

  public EnrolResponse joined(String name) {
    return enrol(siteToken(1), name);
  }

  public static String serialOf(EnrolResponse response) {
    return response.certificate().substring("certificate ".length());
  }

  /// Connects a device with the certificate it has and says its birth.
  public SessionId connected(EnrolResponse identity, Presence.Birth birth) {
    SessionId session = open(identity.device(), serialOf(identity));
    tell(new HubEvent.PresenceSaid(session, identity.device(), birth));
    return session;
  }

  public SessionId open(DeviceId device, String serial) {
    SessionId session = new SessionId(number());
    tell(new HubEvent.SessionOpened(session, device, serial, null, "10.0.0.2:4000"));
    return session;
  }

  /// What the agents of devices that are born from now on know.
  List<String> features =
      List.of(
          Features.V1,
          Features.PERMITS,
          Features.WINDOWS,
          Features.NEEDS,
          Features.LINE,
          Features.LATENCY,
          Features.WHY);

  public Presence.Birth birth(String boot, long connect) {
    return birth(boot, connect, null, List.of());
  }

  public Presence.Birth birth(
      String boot, long connect, @Nullable DesiredManifest held, List<Digest> sections) {
    return new Presence.Birth(
        boot,
        connect,
        held == null ? null : held.history(),
        held == null ? 0 : held.revision(),
        held == null ? null : Digest.ofText(Json.write(held)),
        sections,
        DOCUMENT_KEY,
        "outbox-1",
        0,
        "0.1.0",
        features,
        now);
  }

  public static Report.Row result(long sequence) {
    return new Report.Row(
        sequence,
        "boot-1",
        0,
        sequence,
        new ReportBody.Result(new Name("people"), "{\"count\":" + sequence + "}"));
  }

  public static Report.Row happened(long sequence) {
    return new Report.Row(
        sequence, "boot-1", 0, sequence, new ReportBody.Happened("booted", null, null, null));
  }

  /// Lets time pass, with as many ticks as whoever works through everything slowly needs.
  public void pass(Duration time) {
    now += time.toMillis();
    for (int i = 0; i < TICKS; i++) {
      tell(new HubEvent.Ticked());
    }
  }

  public Report report(Report.Row... rows) {
    return new Report("outbox-1", "boot-1", now, 1_000, List.of(rows));
  }

  public static <T> T one(Class<T> type, List<HubEffect> effects) {
    List<T> found = all(type, effects);
    if (found.size() != 1) {
      throw new AssertionError("wanted one " + type.getSimpleName() + " in " + effects);
    }
    return found.getFirst();
  }

  public static <T> List<T> all(Class<T> type, List<HubEffect> effects) {
    return effects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /// What must be there.
  public static <T> T found(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("it is not there");
    }
    return value;
  }
}
