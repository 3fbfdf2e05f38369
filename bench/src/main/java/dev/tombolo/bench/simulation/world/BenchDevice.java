package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ApplicationStatus.Phase;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A device on a test bench. It comes over a broker that checks its certificate, has no disk and no
/// workload, and tells the hub what a device would, mostly in turn; now and then it skips a step,
/// goes back, or tells of releases and permits that nobody gave it.
final class BenchDevice {
  private static final double ODD_SHARE = 0.12;
  private static final double FAILS_SHARE = 0.2;
  private static final double DARK_SHARE = 0.06;
  private static final long FAR_AHEAD = 1L << 40;
  private static final double CERTIFICATE_SHARE = 0.1;

  /// Nobody is given one each hour of a day.
  private static final long CERTIFICATE_MILLIS = 4 * VirtualTime.HOUR;

  /// No session of the edge's own has such a number.
  private static final long SESSIONS = 1L << 41;

  final DeviceId id;
  private final World world;
  private final Chance chance;
  private final boolean isOld;
  private final String remote;

  /// Those it was given, the newest last.
  private final List<Certificates.Held> certificates = new ArrayList<>();

  private @Nullable RequestedKey nextKey;
  private long wantsNextMillis;
  private final Map<Name, Selection> selected = new HashMap<>();
  private final Map<Name, ApplicationStatus> told = new HashMap<>();
  private @Nullable SessionId session;
  private @Nullable Digest manifest;
  private @Nullable Digest before;
  private @Nullable History history;
  private long revision;
  private String incarnation = "";
  private String boot = "";
  private long connects;
  private long rows;

  BenchDevice(World world, DeviceId id) {
    this.world = world;
    this.id = id;
    this.chance = world.chance("bench device", id.hashCode());
    this.isOld = chance.isWithin(0.2);
    this.remote =
        chance.oneOf(List.of("10.9.0.1", "10.9.0.1:99", "2001:db8::7", "[2001:db8:1:2:3::7]:99"));
  }

  /// Something happens to it, or it has something to tell.
  void next() {
    if (!certificates.isEmpty()
        && world.now() >= wantsNextMillis
        && chance.isWithin(CERTIFICATE_SHARE)) {
      wantsNextMillis = world.now() + CERTIFICATE_MILLIS;
      wantsCertificate();
    } else if (session == null) {
      connect();
    } else if (chance.isWithin(DARK_SHARE)) {
      leave();
    } else {
      tell();
    }
  }

  private void connect() {
    if (boot.isEmpty() || chance.isWithin(0.3)) {
      boot = HexFormat.of().toHexDigits(chance.next());
    }
    incarnation = HexFormat.of().toHexDigits(chance.next());
    rows = 0;
    connects++;
    SessionId fresh = new SessionId(SESSIONS + (((long) id.hashCode()) << 8) + connects);
    session = fresh;
    Certificates.Held held = certificates.isEmpty() ? null : certificate();
    world
        .hub()
        .offer(
            held == null || chance.isWithin(0.5)
                ? new HubEvent.SessionOpened(fresh, id, "", null, remote)
                : new HubEvent.SessionOpened(
                    fresh,
                    id,
                    held.serial(),
                    chance.isWithin(0.8) ? shown(held) : null,
                    remote,
                    chance.isWithin(0.8) ? new Presence.Will(boot, connects) : null));
    world.hub().offer(new HubEvent.SessionSubscribed(fresh, id));
    List<String> features =
        isOld
            ? List.of(Features.V1, Features.PERMITS)
            : List.of(
                Features.V1,
                Features.PERMITS,
                Features.WINDOWS,
                Features.NEEDS,
                Features.LINE,
                Features.WHY);
    world
        .hub()
        .offer(
            new HubEvent.PresenceSaid(
                fresh,
                id,
                new Presence.Birth(
                    boot,
                    connects,
                    history(),
                    chance.isWithin(0.1) ? revision + chance.between(1, FAR_AHEAD) : revision,
                    chance.isWithin(0.7) ? manifest : null,
                    List.of(),
                    chance.isWithin(0.5) ? world.hub().keys().documentKeyId() : null,
                    incarnation,
                    0,
                    "1.0",
                    features,
                    world.now(),
                    chance.isWithin(0.5)
                        ? List.of("10.9.0." + chance.below(200) + ":8444")
                        : null)));
  }

  // ---- certificates

  void isGiven(String certificate) {
    certificates.add(Certificates.read(certificate));
    nextKey = null;
  }

  /// The newest, mostly.
  private Certificates.Held certificate() {
    return chance.isWithin(0.9) ? certificates.getLast() : chance.oneOf(certificates);
  }

  private PresentedCertificate shown(Certificates.Held held) {
    return new PresentedCertificate(
        id,
        held.serial(),
        Digest.of(Base64.getDecoder().decode(held.key())),
        held.life().notBeforeMillis(),
        held.life().notAfterMillis());
  }

  /// It asks for the next one, or for the same once more; while it is in use, or as if that had run
  /// out long ago.
  private void wantsCertificate() {
    RequestedKey key = nextKey == null || chance.isWithin(0.2) ? TestBenches.key(chance) : nextKey;
    nextKey = key;
    Certificates.Held held = certificate();
    long request = world.benches().request(this);
    if (chance.isWithin(0.6)) {
      world
          .hub()
          .offer(
              new HubEvent.RenewAsked(
                  request,
                  id,
                  held.serial(),
                  chance.isWithin(0.8) ? shown(held) : null,
                  key,
                  remote));
    } else {
      world
          .hub()
          .offer(
              new HubEvent.RecoverAsked(
                  request,
                  shown(held),
                  key,
                  "bench nonce " + request,
                  world.hub().now() + VirtualTime.MINUTE,
                  remote));
    }
  }

  // ---- its line

  /// Its line ends: it says so, it breaks, or nobody hears of it.
  void leave() {
    SessionId ended = session;
    session = null;
    if (ended != null) {
      if (chance.isWithin(0.5)) {
        world.hub().offer(new HubEvent.PresenceSaid(ended, id, new Presence.Will(boot, connects)));
      }
      world.hub().offer(new HubEvent.SessionClosed(ended, id, chance.isWithin(0.5), "a test"));
    }
  }

  /// What the hub sends to its line.
  void hears(HubEffect.ToSession effect) {
    if (!effect.session().equals(session)) {
      return;
    }
    switch (effect) {
      case HubEffect.SessionAdmitted _, HubEffect.SendAcked _, HubEffect.PacketTaken _ -> {}
      case HubEffect.SessionRefused _, HubEffect.CloseSession _ -> session = null;
      case HubEffect.SendAsk it ->
          offer(
              new HubEvent.AnswerSaid(
                  it.session(), id, new Answer(it.ask().id(), chance.isWithin(0.7), "a test")));
      case HubEffect.SendDesired it -> {
        it.updates().forEach(this::read);
        before = manifest;
        manifest = it.manifest();
        if (chance.isWithin(0.9)) {
          offer(new HubEvent.DesiredTaken(it.session(), id, it.manifest()));
        }
      }
    }
  }

  /// Of the document that it has; or of one that no hub of ours has made, so far ahead that it is
  /// not believed.
  private @Nullable History history() {
    return chance.isWithin(0.05)
        ? new History(chance.isWithin(0.5) ? Limits.INTEGER_MAX : FAR_AHEAD, "of another hub")
        : history;
  }

  private void offer(HubEvent event) {
    world.scheduler().in(chance.between(1, 2_000), () -> world.hub().offer(event));
  }

  private void read(DesiredUpdate update) {
    DesiredManifest content = manifest(update);
    history = content.history();
    revision = content.revision();
    for (Section section : update.sections()) {
      if (section.name().equals(Section.WORKLOADS)) {
        try {
          selected.clear();
          Json.read(WorkloadsSection.class, section.text(), Limits.SECTION_BYTES_MAX)
              .applications()
              .forEach(each -> selected.put(each.name(), each));
        } catch (MalformedException e) {
          throw world.bug(-1, "a section that nobody can read: " + e);
        }
      }
    }
  }

  private DesiredManifest manifest(DesiredUpdate update) {
    try {
      byte[] text = Base64.getDecoder().decode(update.envelope().payload());
      return Json.read(DesiredManifest.class, text, Limits.PACKET_BYTES_MAX);
    } catch (MalformedException e) {
      throw world.bug(-1, "a document that nobody can read: " + e);
    }
  }

  // ---- what it tells

  private void tell() {
    List<Report.Row> said = new ArrayList<>();
    List<ApplicationStatus> statuses = new ArrayList<>();
    for (Name application : Releases.APPLICATIONS) {
      ApplicationStatus status =
          chance.isWithin(ODD_SHARE)
              ? odd(application)
              : inTurn(application, selected.get(application), told.get(application));
      if (status == null) {
        told.remove(application);
        continue;
      }
      told.put(application, status);
      statuses.add(status);
      if (status.permit() != null && chance.isWithin(0.5)) {
        said.add(
            row(
                new ReportBody.Happened(
                    ReportBody.Happened.PERMIT_USED,
                    application,
                    status.wanted(),
                    null,
                    status.permit())));
      }
    }
    Digest current = chance.isWithin(0.85) ? manifest : before;
    said.add(row(new ReportBody.State(current, 1, statuses, List.of(), Map.of("host", "bench"))));
    SessionId at = session;
    if (at != null) {
      Report report = new Report(incarnation, boot, world.now(), world.now(), said);
      world.hub().offer(new HubEvent.ReportSaid(at, id, report, (int) (rows % 60_000) + 1));
    }
  }

  private Report.Row row(ReportBody body) {
    return new Report.Row(++rows, boot, world.now(), world.now(), body);
  }

  /// The next step towards what is selected.
  private @Nullable ApplicationStatus inTurn(
      Name application, @Nullable Selection wanted, @Nullable ApplicationStatus last) {
    Digest live = last == null ? null : last.live();
    if (wanted == null) {
      return live == null ? null : status(application, Phase.ABSENT, null, null, null, null);
    }
    Digest release = wanted.release();
    Phase at = last == null || !release.equals(last.wanted()) ? Phase.ABSENT : last.phase();
    Permit held = last == null ? null : last.permit();
    return switch (at) {
      case ABSENT ->
          release.equals(live)
              ? status(application, Phase.LIVE, release, live, held, null)
              : status(application, Phase.FETCHING, release, live, null, null);
      case FETCHING ->
          status(
              application,
              chance.isWithin(0.8) ? Phase.STAGED : Phase.FETCHING,
              release,
              live,
              null,
              chance.isWithin(0.1) ? reason(release) : null);
      case STAGED -> {
        Permit permit = permit(wanted.gate());
        boolean mayGo = wanted.gate() == null || permit != null;
        yield status(
            application,
            mayGo && chance.isWithin(0.8) ? Phase.SWITCHING : Phase.STAGED,
            release,
            live,
            permit,
            null);
      }
      case SWITCHING -> status(application, Phase.PROBING, release, live, held, null);
      case PROBING ->
          chance.isWithin(FAILS_SHARE)
              ? status(
                  application,
                  Phase.ROLLED_BACK,
                  release,
                  live,
                  held,
                  chance.isWithin(0.8) ? new Reason.ProbeFailed("port", "a test") : null)
              : status(application, Phase.LIVE, release, release, held, null);
      case LIVE, ROLLED_BACK -> status(application, at, release, live, held, null);
    };
  }

  private static @Nullable Permit permit(@Nullable Gate gate) {
    return gate == null ? null : gate.permit().orElse(null);
  }

  /// Whatever comes to its mind.
  private @Nullable ApplicationStatus odd(Name application) {
    if (chance.isWithin(0.1)) {
      return null;
    }
    Permit permit =
        chance.isWithin(0.5)
            ? null
            : new Permit(
                new Name("r" + (1 + chance.below(20))),
                chance.below(4),
                world.hub().now() - chance.below((int) VirtualTime.HOUR),
                world.hub().now() + chance.below((int) VirtualTime.HOUR));
    Digest wanted = chance.isWithin(0.1) ? null : release(application);
    return status(
        application,
        chance.oneOf(List.of(Phase.values())),
        wanted,
        chance.isWithin(0.3) ? null : chance.isWithin(0.3) ? wanted : release(application),
        permit,
        chance.isWithin(0.5) && wanted != null ? reason(wanted) : null);
  }

  private Digest release(Name application) {
    Selection now = selected.get(application);
    List<Releases.Release> known = world.releases().of(application);
    return known.isEmpty() || (now != null && chance.isWithin(0.5))
        ? (now == null ? Digest.ofText("of nobody") : now.release())
        : chance.oneOf(known).digest();
  }

  private Reason reason(Digest release) {
    return switch (chance.below(12)) {
      case 0 -> new Reason.RejectedHere(release, new Reason.ProbeFailed("port", "a test"));
      case 1 -> new Reason.NoVariant("linux", "x86_64", "a test");
      case 2 -> new Reason.FleetMismatch("bench", List.of("others"));
      case 3 -> new Reason.SignatureRefused("a test");
      case 4 -> new Reason.BelowSecurityFloor(1, 2);
      case 5 -> new Reason.ParameterInvalid("limit", "none", "a test");
      case 6 -> new Reason.ReleaseInvalid("variants", "a test");
      case 7 -> new Reason.PathRefused("../up", "a test");
      case 8 -> new Reason.FeatureMissing(List.of("time-travel"));
      case 9 -> new Reason.Downloading("model.bin", 5, 10);
      case 10 -> new Reason.DiskFull("model.bin", 10, 5);
      default -> new Reason.IoFailed("disk", "a test");
    };
  }

  private ApplicationStatus status(
      Name application,
      Phase phase,
      @Nullable Digest wanted,
      @Nullable Digest live,
      @Nullable Permit permit,
      @Nullable Reason reason) {
    return new ApplicationStatus(
        application,
        phase,
        wanted,
        wanted == null ? null : "1.0",
        live,
        live == null ? null : "1.0",
        null,
        world.now(),
        0,
        0,
        0,
        reason == null ? List.of() : List.of(reason),
        permit,
        null);
  }
}
