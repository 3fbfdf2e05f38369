package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The hub's edge port: what the `net` adapters do between lines and the hub's loop.
final class Edge {
  /// As the real one: parts of a document on their way.
  private static final int PARTS_IN_FLIGHT_MAX = 4;

  private static final double BROKERS_SHARE = 0.25;
  private static final long CHALLENGE_MILLIS = 120_000;
  private static final long ANSWER_MILLIS = 30_000;
  private static final Reason BUSY = new Reason.Busy(5);

  private final World world;
  private final HubMachine hub;
  private final Map<Long, Line> lines = new LinkedHashMap<>();
  private final Map<Long, Request> requests = new HashMap<>();
  private final Chance bundles;

  /// An external broker stands between: nobody tells what it has delivered.
  private final boolean hidesDelivery;

  /// The ends of each bundle that was offered.
  private final Map<Digest, List<Digest>> shelf = new HashMap<>();

  private long lastNumber;

  /// What a device publishes.
  enum Topic {
    PRESENCE,
    REPORT,
    ANSWER
  }

  Edge(World world, HubMachine hub) {
    this.world = world;
    this.hub = hub;
    this.bundles = world.chance("bundles");
    this.hidesDelivery =
        world.hasMorePlays() && world.chance("external broker").isWithin(BROKERS_SHARE);
  }

  /// Lines that have a session at the hub.
  List<Line> lines() {
    return List.copyOf(lines.values());
  }

  // ---- lines

  void connect(Line line) {
    if (!hub.isUp()) {
      world.network().closeFromHub(line, it -> it.device.lineEnded(it, "nobody listens"));
      return;
    }
    Optional<Reason> why = whyNotServed(line.shown);
    if (why.isPresent() && !isForTheLoop(why.get())) {
      hub.offer(
          new HubEvent.Violated(
              Optional.of(line.device.id()), line.remote(), "CONNECT", why.get()));
      refuse(line, why.get());
      return;
    }
    SessionId id = new SessionId(++lastNumber);
    line.session = id;
    lines.put(id.number(), line);
    hub.offer(
        new HubEvent.SessionOpened(
            id, line.device.id(), line.serial, line.shown, line.remote(), will(line)));
    world
        .scheduler()
        .in(
            ANSWER_MILLIS,
            () -> {
              if (id.equals(line.session) && !line.isAdmitted) {
                refuse(line, BUSY);
              }
            });
  }

  private Presence.@Nullable Will will(Line line) {
    try {
      return line.will.read(Presence.class, Limits.CONNECT_BYTES_MAX) instanceof Presence.Will it
          ? it
          : null;
    } catch (MalformedException e) {
      throw world.bug(line.device.number(), "the hub cannot read a will: " + e);
    }
  }

  /// As the adapter asks, which has the certificate itself.
  private Optional<Reason> whyNotServed(PresentedCertificate shown) {
    return hub.now() > shown.notAfterMillis()
        ? Optional.of(new Reason.CertificateExpired(shown.device().text(), shown.notAfterMillis()))
        : hub.directory().whyNotServed(shown.device(), shown.serial(), hub.now());
  }

  /// What only the loop can judge: a clone's certificate, or one that a restored hub has lost.
  private static boolean isForTheLoop(Reason why) {
    return why instanceof Reason.CertificateSuperseded || why instanceof Reason.DeviceUnknown;
  }

  /// CONNACK with a reason.
  private void refuse(Line line, Reason reason) {
    ended(line);
    world.network().closeFromHub(line, it -> it.device.lineRefused(it, reason));
  }

  void subscribe(Line line) {
    SessionId session = line.session;
    if (session == null) {
      return;
    }
    line.isSubscribed = true;
    hub.offer(new HubEvent.SessionSubscribed(session, line.device.id()));
    hub.lookSoon();
    world.network().down(line, () -> line.device.lineOpened(line));
    pump(line);
  }

  void published(Line line, Topic topic, Payload payload, long publication) {
    SessionId session = line.session;
    if (session == null || !hub.isUp()) {
      return;
    }
    world.carried(payload);
    try {
      HubEvent event =
          switch (topic) {
            case PRESENCE -> {
              Presence presence = payload.read(Presence.class, Limits.PACKET_BYTES_MAX);
              if (presence instanceof Presence.Birth) {
                world.born(line.device);
              }
              yield new HubEvent.PresenceSaid(session, line.device.id(), presence);
            }
            case REPORT ->
                new HubEvent.ReportSaid(
                    session,
                    line.device.id(),
                    payload.read(Report.class, Limits.PACKET_BYTES_MAX),
                    Math.toIntExact(publication));
            case ANSWER ->
                new HubEvent.AnswerSaid(
                    session, line.device.id(), payload.read(Answer.class, Limits.PACKET_BYTES_MAX));
          };
      hub.offer(event);
      if (world.network().duplicates()) {
        hub.offer(event);
      }
      if (topic != Topic.REPORT) {
        world.network().down(line, () -> line.device.published(line, publication));
      }
    } catch (MalformedException e) {
      throw world.bug(line.device.number(), "the hub cannot read what an agent wrote: " + e);
    }
  }

  /// PUBACK.
  void acknowledged(Line line, int packet) {
    SessionId session = line.session;
    if (session == null || !line.unacknowledged.remove(packet)) {
      return;
    }
    Digest sending = line.sending;
    if (!line.ofOlderDocuments.remove(packet)
        && sending != null
        && line.parts.isEmpty()
        && line.ofOlderDocuments.containsAll(line.unacknowledged)) {
      line.sending = null;
      if (!hidesDelivery) {
        hub.offer(new HubEvent.DesiredTaken(session, line.device.id(), sending));
      }
    }
    pump(line);
  }

  /// The line has broken, or the device closed it.
  void ended(Line line) {
    SessionId session = line.session;
    if (session == null) {
      return;
    }
    lines.remove(session.number());
    line.session = null;
    line.upIsDead = true;
    if (line.isAdmitted) {
      try {
        hub.offer(
            new HubEvent.PresenceSaid(
                session,
                line.device.id(),
                line.will.read(Presence.class, Limits.CONNECT_BYTES_MAX)));
      } catch (MalformedException e) {
        throw world.bug(line.device.number(), "the hub cannot read a will: " + e);
      }
    }
    hub.offer(new HubEvent.SessionClosed(session, line.device.id(), false, "the line broke"));
  }

  void perform(HubEffect.ToSession effect) {
    Line line = lines.get(effect.session().number());
    if (line == null) {
      world.benches().hears(effect);
      return;
    }
    switch (effect) {
      case HubEffect.SessionAdmitted _ -> {
        line.isAdmitted = true;
        world
            .network()
            .down(
                line,
                () -> {
                  if (line.device.isCurrent(line)) {
                    world.network().up(line, () -> subscribe(line));
                  }
                });
      }
      case HubEffect.SessionRefused it -> refuse(line, it.reason());
      case HubEffect.CloseSession it -> refuse(line, it.reason());
      case HubEffect.SendDesired it -> {
        if (it.updates().size() > 1) {
          world.counts().add("documents in several parts");
        }
        line.ofOlderDocuments.addAll(line.unacknowledged);
        line.parts.clear();
        line.parts.addAll(it.updates());
        line.sending = it.manifest();
        pump(line);
      }
      case HubEffect.SendAcked it -> {
        Payload payload = world.payload(it.acked());
        if (line.isSubscribed && !world.network().losesAcked()) {
          world.network().down(line, () -> line.device.acked(line, payload));
        }
      }
      case HubEffect.SendAsk it -> {
        Payload payload = world.payload(it.ask());
        int packet = ++line.lastPacket;
        world.network().down(line, () -> line.device.asked(line, packet, payload));
      }
      case HubEffect.PacketTaken it ->
          world.network().down(line, () -> line.device.published(line, it.packet()));
    }
  }

  private void pump(Line line) {
    while (line.isSubscribed
        && !line.parts.isEmpty()
        && line.unacknowledged.size() < PARTS_IN_FLIGHT_MAX) {
      DesiredUpdate part = line.parts.remove();
      Payload payload = world.payload(part);
      int packet = ++line.lastPacket;
      line.unacknowledged.add(packet);
      world.sentDesired(line, part, payload.bytes());
      world.network().down(line, () -> line.device.desired(line, packet, payload));
      world.network().repeat(line, () -> line.device.desired(line, packet, payload));
    }
    SessionId session = line.session;
    Digest sending = line.sending;
    if (hidesDelivery && line.parts.isEmpty() && sending != null && session != null) {
      line.sending = null;
      hub.offer(new HubEvent.DesiredSent(session, line.device.id(), sending));
    }
  }

  void expel(DeviceId device, Reason reason) {
    for (Line line : lines()) {
      if (line.device.id().equals(device)) {
        refuse(line, reason);
      }
    }
  }

  /// The hub's process is gone: its lines are reset, or just silent.
  void died(boolean silently) {
    for (Line line : lines()) {
      line.session = null;
      if (silently) {
        world.network().vanish(line);
      } else {
        world.network().closeFromHub(line, it -> it.device.lineEnded(it, "reset"));
      }
    }
    lines.clear();
    for (Request request : new ArrayList<>(requests.values())) {
      world.network().reset(request);
    }
    requests.clear();
  }

  // ---- requests

  void enrol(Request request, Payload body) {
    world.carried(body);
    try {
      EnrolRequest wanted = body.read(EnrolRequest.class, Limits.ENROL_BODY_BYTES_MAX);
      switch (JoinTokenCodec.decode(wanted.token())) {
        case JoinTokenCodec.Garbled garbled ->
            throw world.bug(request.device.number(), "a token garbled: " + garbled.reason());
        case JoinTokenCodec.Read(var token) -> {
          RequestedKey key = keyOf(request, wanted.csr());
          if (key != null) {
            long number = number(request);
            hub.offer(
                new HubEvent.EnrolAsked(
                    number, token, key, wanted.facts(), "10.9.0." + request.device.number() % 250));
          }
        }
      }
    } catch (MalformedException e) {
      throw world.bug(request.device.number(), "the hub cannot read an enrolment: " + e);
    }
  }

  void renew(Request request, PresentedCertificate shown, Payload body) {
    world.carried(body);
    Device device = request.device;
    Optional<Reason> why = whyNotServed(shown);
    if (why.isPresent() && !isForTheLoop(why.get())) {
      hub.offer(
          new HubEvent.Violated(Optional.of(device.id()), "10.9.0.1", "HTTP request", why.get()));
      world.network().reply(request, new Reply.Refused(why.get()));
      return;
    }
    try {
      RenewRequest wanted = body.read(RenewRequest.class, Limits.ENROL_BODY_BYTES_MAX);
      RequestedKey key = keyOf(request, wanted.csr());
      if (key != null) {
        hub.offer(
            new HubEvent.RenewAsked(
                number(request), device.id(), shown.serial(), shown, key, "10.9.0.1"));
      }
    } catch (MalformedException e) {
      throw world.bug(device.number(), "the hub cannot read a renewal: " + e);
    }
  }

  /// What is left of a recovery once the proof has been checked.
  void recover(Request request, PresentedCertificate shown, Payload body) {
    world.carried(body);
    Device device = request.device;
    try {
      RenewRequest wanted = body.read(RenewRequest.class, Limits.ENROL_BODY_BYTES_MAX);
      RequestedKey key = keyOf(request, wanted.csr());
      if (key != null) {
        long number = number(request);
        String nonce = "nonce-" + number;
        recover(number, nonce, shown, key);
        long run = hub.run();
        world
            .network()
            .replay(
                () -> {
                  // The challenges of a process end with it.
                  if (hub.run() == run) {
                    replayed(request, nonce, shown, key);
                  }
                });
      }
    } catch (MalformedException e) {
      throw world.bug(device.number(), "the hub cannot read a recovery: " + e);
    }
  }

  private void recover(long number, String nonce, PresentedCertificate shown, RequestedKey key) {
    world.challenged(number, nonce);
    hub.offer(
        new HubEvent.RecoverAsked(
            number, shown, key, nonce, hub.now() + CHALLENGE_MILLIS, "10.9.0.1"));
  }

  /// Somebody has listened, and sends the same proof.
  private void replayed(Request heard, String nonce, PresentedCertificate shown, RequestedKey key) {
    recover(number(new Request(heard.device, reply -> {})), nonce, shown, key);
  }

  private @Nullable RequestedKey keyOf(Request request, String csr) {
    return switch (Certificates.check(csr)) {
      case CsrCheck.Outcome.Good(var key) -> key;
      case CsrCheck.Outcome.Bad(var reason) -> {
        world.network().reply(request, new Reply.Refused(reason));
        yield null;
      }
    };
  }

  /// Whether a file may be fetched, and why not.
  void file(Request request, String serial, Digest file) {
    Device device = request.device;
    Optional<Reason> why = hub.directory().whyNotServed(device.id(), serial, hub.now());
    if (why.isEmpty() && !hub.directory().mayRead(device.id(), file)) {
      why = Optional.of(new Reason.NotYours("file", file.brief()));
    }
    if (why.isPresent()) {
      hub.offer(new HubEvent.Violated(Optional.of(device.id()), "10.9.0.1", "download", why.get()));
      world.network().reply(request, new Reply.Refused(why.get()));
    } else {
      world.servedFile(device, file);
      world.network().reply(request, new Reply.Body(Payload.whole(file)));
    }
  }

  /// The hub has the bundle, makes it, or has none; what it has it may have dropped when it is
  /// fetched.
  void bundleFor(Request request, String serial, Digest target, Optional<Digest> base) {
    Device device = request.device;
    Optional<Reason> why = hub.directory().whyNotServed(device.id(), serial, hub.now());
    if (why.isEmpty() && !mayHave(device, target, base)) {
      why = Optional.of(new Reason.NotYours("bundle", target.brief()));
    }
    int luck = bundles.below(10);
    if (why.isEmpty() && luck < 3) {
      why = Optional.of(new Reason.BundleAwaited(5));
    } else if (why.isEmpty() && luck < 5) {
      why = Optional.of(new Reason.BundleMissing("the hub could not make it"));
    }
    if (why.isPresent()) {
      world.network().reply(request, new Reply.Refused(why.get()));
      return;
    }
    Digest bundle = Digest.ofText("bundle " + target + base);
    List<Digest> ends = new ArrayList<>(List.of(target));
    base.ifPresent(ends::add);
    shelf.put(bundle, ends);
    world.servedBundle(device, ends);
    world.network().reply(request, new Reply.Body(world.payload(new BundleOffer(bundle, 90_000))));
  }

  private boolean mayHave(Device device, Digest target, Optional<Digest> base) {
    return hub.directory().mayHave(device.id(), target)
        && (base.isEmpty() || hub.directory().mayHave(device.id(), base.get()));
  }

  void bundle(Request request, String serial, Digest bundle) {
    Device device = request.device;
    Optional<Reason> why = hub.directory().whyNotServed(device.id(), serial, hub.now());
    List<Digest> ends = bundles.below(20) == 0 ? null : shelf.get(bundle);
    if (why.isEmpty() && ends == null) {
      why = Optional.of(new Reason.NotFound("bundle", bundle.hex(), List.of()));
    } else if (why.isEmpty()
        && ends != null
        && ends.stream().anyMatch(end -> !hub.directory().mayHave(device.id(), end))) {
      why = Optional.of(new Reason.NotYours("bundle", bundle.brief()));
    }
    if (why.isEmpty() && ends != null) {
      world.servedBundle(device, ends);
    }
    world
        .network()
        .reply(
            request,
            why.isPresent() ? new Reply.Refused(why.get()) : new Reply.Body(Payload.whole(bundle)));
  }

  private long number(Request request) {
    long number = ++lastNumber;
    requests.put(number, request);
    world
        .scheduler()
        .in(
            ANSWER_MILLIS,
            () -> {
              if (requests.remove(number, request)) {
                world.network().reply(request, new Reply.Refused(BUSY));
              }
            });
    return number;
  }

  void answer(long number, Reply reply) {
    Request request = requests.remove(number);
    if (request != null) {
      world.network().reply(request, reply);
    } else {
      world.trace().mix(Trace.HUB);
    }
  }

  /// What a refusal tells the device to wait.
  static OptionalInt retryAfter(Reason reason) {
    return reason instanceof Reason.Busy(int seconds)
        ? OptionalInt.of(seconds)
        : OptionalInt.empty();
  }
}
