package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.IssuedCertificate;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the edge port hears of certificates and tokens besides what devices ask for: the same once
/// more, after its answer was lost; keys and challenges that are not theirs; tokens that are
/// guessed, over, used up, or of a fleet whose only devices are on a bench. Nobody waits for the
/// answers.
final class OddRequests {
  private static final double GAP_MILLIS = 3.0 * VirtualTime.DAY;
  private static final Name LABORATORY = new Name("laboratory");
  private static final Name BENCH = new Name("bench");
  private static final Optional<String> TYPED = Optional.of(LABORATORY.text());
  private static final int KEY_BYTES = 91;
  private static final String REMOTE = "10.8.0.1";

  /// Of requests with which the hub's disk fails.
  private static final double FAILS_SHARE = 0.05;

  private final World world;
  private final Chance chance;
  private final List<JoinToken> ofLaboratory = new ArrayList<>();
  private final List<RequestedKey> keys = new ArrayList<>();
  private @Nullable JoinToken ofShops;

  /// No request of the edge's own has such a number.
  private long lastRequest = 1L << 40;

  OddRequests(World world) {
    this.world = world;
    this.chance = world.chance("odd requests");
  }

  void begin() {
    if (world.hasMorePlays() && !world.plan().faults().isEmpty()) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
    }
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    world.counts().add("odd requests");
    switch (chance.below(8)) {
      case 0 -> renew();
      case 1 -> recover();
      case 2 -> token();
      case 3 -> late();
      case 4 -> allAtOnce();
      default -> enrol();
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void offer(HubEvent event) {
    world.hub().offer(event);
    if (chance.isWithin(FAILS_SHARE)) {
      world.hub().failSoon(chance);
    }
  }

  /// Everybody wants something, and then the disk fails; for some turns nothing can be read either.
  private void allAtOnce() {
    token();
    renew();
    recover();
    enrol();
    Device device = device();
    if (device != null) {
      ask(new AdminCommand.AskDevice(device.id(), "why", Map.of()), answer -> {});
    }
    int times = 1 + chance.below(3);
    for (int i = 0; i < times; i++) {
      world.scheduler().in(chance.between(0, 40), () -> world.hub().failSoon(chance));
      world
          .scheduler()
          .in(
              chance.between(0, 60),
              () -> {
                renew();
                recover();
                enrol();
              });
    }
  }

  /// What was on its way when its line, its request or its document was given up.
  private void late() {
    Device device = device();
    if (device == null) {
      return;
    }
    Line line = device.line();
    SessionId current = line == null ? null : line.session;
    SessionId session = current == null || chance.isWithin(0.6) ? new SessionId(0) : current;
    Digest another = Digest.ofText("another document");
    switch (chance.below(8)) {
      case 0 ->
          offer(
              new HubEvent.CertificateSigned(
                  ++lastRequest, new IssuedCertificate("ab12", 0, 1, "of nobody")));
      case 1 ->
          offer(
              new HubEvent.DocumentSigned(
                  device.id(), chance.below(4), world.strangersEnvelope("text/plain", "{}")));
      case 2 -> offer(new HubEvent.DesiredTaken(session, device.id(), another));
      case 3 -> offer(new HubEvent.DesiredSent(session, device.id(), another));
      case 4 ->
          offer(
              new HubEvent.AnswerSaid(
                  session, device.id(), new Answer("ask-" + chance.below(9), true, "late")));
      case 5 -> offer(new HubEvent.SessionSubscribed(new SessionId(0), device.id()));
      case 6 ->
          offer(
              new HubEvent.PresenceSaid(
                  session, device.id(), new Presence.Will("an older boot", 1)));
      default -> offer(new HubEvent.SessionClosed(new SessionId(0), device.id(), true, "long ago"));
    }
  }

  private static RequestedKey key(String request) {
    if (Certificates.check(request) instanceof CsrCheck.Outcome.Good(var key)) {
      return key;
    }
    throw new IllegalStateException("not a request: " + request);
  }

  private RequestedKey newKey() {
    return key(Certificates.request(chance.bytes(KEY_BYTES)));
  }

  private @Nullable Device device() {
    Device device = chance.oneOf(world.devices());
    return device.hasJoined() && !device.isCopy() ? device : null;
  }

  // ---- certificates

  private void renew() {
    Device device = device();
    Device other = device();
    if (device == null || other == null) {
      return;
    }
    PresentedCertificate shown = device.shown();
    RequestedKey key =
        switch (chance.below(4)) {
          case 0 -> key(other.identity.request());
          case 1 -> key(Certificates.requestOf(other.identity.held()));
          // As the device will ask itself, and the answer is lost.
          default -> key(device.identity.nextRequest());
        };
    for (int times = 1 + chance.below(2); times > 0; times--) {
      offer(
          new HubEvent.RenewAsked(++lastRequest, device.id(), shown.serial(), shown, key, REMOTE));
    }
  }

  private void recover() {
    Device device = device();
    Device other = device();
    if (device == null || other == null) {
      return;
    }
    PresentedCertificate its = device.shown();
    DeviceId nobody = DeviceId.ofKey(chance.bytes(KEY_BYTES));
    boolean isNobodys = chance.isWithin(0.2);
    PresentedCertificate shown =
        new PresentedCertificate(
            isNobodys ? nobody : its.device(),
            its.serial(),
            its.key(),
            its.notBeforeMillis(),
            its.notAfterMillis());
    boolean isOld = chance.isWithin(0.3);
    RequestedKey key =
        switch (chance.below(4)) {
          case 0 -> key(other.identity.request());
          case 1 -> key(Certificates.requestOf(other.identity.held()));
          default -> key(device.identity.nextRequest());
        };
    offer(
        new HubEvent.RecoverAsked(
            ++lastRequest,
            shown,
            key,
            "odd nonce " + lastRequest,
            world.hub().now() + (isOld ? -1 : VirtualTime.MINUTE),
            REMOTE));
  }

  // ---- tokens

  /// One for a shop that nobody gets to use, or one for the laboratory.
  private void token() {
    boolean isOfShops = chance.isWithin(0.3);
    Name site = world.siteName(chance.below(world.plan().sites()));
    if (!isOfShops) {
      List<AdminObject> objects = new ArrayList<>();
      objects.add(new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of()));
      if (chance.isWithin(0.8)) {
        objects.add(bench(BENCH));
      }
      if (chance.isWithin(0.2)) {
        objects.add(bench(new Name("bench-2")));
      }
      if (chance.isWithin(0.3)) {
        objects.add(
            new AdminObject.Slot(new SlotRef(BENCH, new Name("shelf-1")), "", Map.of(), Map.of()));
      }
      ask(new AdminCommand.Apply(objects, TYPED, false), answer -> {});
    }
    JoinToken drawn = token(world, chance);
    boolean isOfSlot = !isOfShops && chance.isWithin(0.3);
    ask(
        new AdminCommand.CreateToken(
            isOfShops ? World.FLEET : LABORATORY,
            isOfShops
                ? Optional.of(site)
                : chance.isWithin(0.4) ? Optional.of(BENCH) : Optional.empty(),
            isOfSlot ? Optional.of(new SlotRef(BENCH, new Name("shelf-1"))) : Optional.empty(),
            isOfSlot ? 1 : 1 + chance.below(3),
            Duration.ofHours(1 + chance.below(100)),
            drawn,
            isOfShops ? Optional.empty() : TYPED),
        answer -> {
          if (answer instanceof AdminAnswer.TokenMade(var token)) {
            if (isOfShops) {
              ofShops = token;
            } else {
              ofLaboratory.add(token);
            }
          }
        });
  }

  private static AdminObject bench(Name name) {
    return new AdminObject.Site(name, LABORATORY, "", Map.of(), "Europe/Berlin", "", "", Map.of());
  }

  private void ask(AdminCommand command, java.util.function.Consumer<AdminAnswer> then) {
    world.operators().ask(command, then);
  }

  private void enrol() {
    JoinToken shops = ofShops;
    if (shops != null && chance.isWithin(0.3)) {
      // Guessed: the secret is another one.
      JoinToken guessed =
          new JoinToken(
              shops.id(),
              new TokenSecret(chance.bytes(TokenSecret.BYTES)),
              shops.rootKey(),
              shops.publisherRoot(),
              shops.expiresSeconds(),
              shops.endpoints());
      enrol(guessed, newKey());
      return;
    }
    if (ofLaboratory.isEmpty()) {
      token();
      return;
    }
    JoinToken token = chance.isWithin(0.6) ? ofLaboratory.getLast() : chance.oneOf(ofLaboratory);
    RequestedKey key = keys.isEmpty() || chance.isWithin(0.6) ? newKey() : chance.oneOf(keys);
    keys.add(key);
    int times = 1 + chance.below(3);
    for (int i = 0; i < times; i++) {
      long after = i * chance.between(1, 40);
      world.scheduler().in(after, () -> enrol(token, key));
    }
    if (chance.isWithin(0.2)) {
      ask(new AdminCommand.RevokeToken(token.id()), answer -> {});
    }
    if (chance.isWithin(0.3)) {
      // Somebody shuts it out, and it asks once more.
      DeviceId device = DeviceId.ofKey(key.spkiDer());
      world
          .scheduler()
          .in(
              VirtualTime.MINUTE,
              () -> {
                ask(new AdminCommand.RevokeDevice(device, "a test", TYPED), answer -> {});
                enrol(token, key);
              });
      world.scheduler().in(2 * VirtualTime.MINUTE, () -> enrol(token, key));
    }
  }

  private void enrol(JoinToken token, RequestedKey key) {
    offer(new HubEvent.EnrolAsked(++lastRequest, token, key, Map.of("host", "bench"), REMOTE));
  }

  /// Good for whatever the request says that it is good for.
  static JoinToken token(World world, Chance chance) {
    return new JoinToken(
        HexFormat.of().toHexDigits(chance.next()),
        new TokenSecret(chance.bytes(TokenSecret.BYTES)),
        Digest.ofText("root key"),
        world.keys().publisherPin(),
        0,
        List.of("hub:8443"));
  }
}
