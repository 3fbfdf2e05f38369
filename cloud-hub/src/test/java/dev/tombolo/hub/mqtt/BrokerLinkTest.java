package dev.tombolo.hub.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The hub's end of a broker. A broker gives a client only so many messages before it waits for its
/// acknowledgements, so each one must be acknowledged, whatever becomes of it.
class BrokerLinkTest {
  private static final DeviceId DEVICE =
      DeviceId.ofKey("a key".getBytes(StandardCharsets.US_ASCII));
  private static final DeviceId OTHER =
      DeviceId.ofKey("another key".getBytes(StandardCharsets.US_ASCII));
  private static final Reason WHY = new Reason.DeviceRevoked("dev-1");

  private final BlockingQueue<HubEvent> events = new LinkedBlockingQueue<>();
  private final AtomicLong sessions = new AtomicLong();
  private TestBroker broker;
  private BrokerLink link;

  @BeforeEach
  void start() throws Exception {
    broker = new TestBroker();
    link =
        new BrokerLink(
            new BrokerSettings(broker.url(), Path.of("no"), Path.of("no"), Path.of("no")),
            events::add,
            new History(1, "h"),
            () -> new SessionId(sessions.incrementAndGet()));
    link.start();
    assertThat(nextPublished().topic()).isEqualTo(Topics.HUB_BEACON);
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    broker.close();
  }

  @Test
  void aReportIsAcknowledgedWhenItIsTaken() throws Exception {
    report(DEVICE, 1);
    report(OTHER, 2);
    SessionId session = reportOf(DEVICE).session();

    link.execute(new HubEffect.PacketTaken(reportOf(OTHER).session(), 2));
    assertThat(nextAcknowledged()).isEqualTo(2);
    link.execute(new HubEffect.PacketTaken(session, 1));
    assertThat(nextAcknowledged()).isEqualTo(1);
  }

  @Test
  void reportsOfARefusedDeviceAreAcknowledged() throws Exception {
    report(DEVICE, 1);
    report(DEVICE, 2);
    SessionId session = reportOf(DEVICE).session();
    assertThat(reportOf(DEVICE).session()).isEqualTo(session);

    link.execute(new HubEffect.SessionRefused(session, WHY));

    assertThat(List.of(nextAcknowledged(), nextAcknowledged())).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void reportsOfASessionThatTheHubEndsAreAcknowledgedAndItsEndIsTold() throws Exception {
    report(DEVICE, 1);
    SessionId session = reportOf(DEVICE).session();

    link.execute(new HubEffect.CloseSession(session, WHY));

    assertThat(nextAcknowledged()).isEqualTo(1);
    assertThat(await(HubEvent.SessionClosed.class).session()).isEqualTo(session);
    born.clear();
    report(DEVICE, 2);
    assertThat(reportOf(DEVICE).session()).isNotEqualTo(session);
  }

  @Test
  void reportsOfASessionThatIsReplacedAreAcknowledged() throws Exception {
    report(DEVICE, 1);
    reportOf(DEVICE);

    presence(DEVICE, birth(), 2, false);

    assertThat(List.of(nextAcknowledged(), nextAcknowledged())).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void oneBeaconFollowsALossOfMemory() throws Exception {
    report(DEVICE, 1);
    report(OTHER, 2);
    SessionId first = reportOf(DEVICE).session();
    SessionId second = reportOf(OTHER).session();

    link.execute(new HubEffect.CloseSession(first, new Reason.Busy(5)));
    link.execute(new HubEffect.CloseSession(second, new Reason.Busy(5)));
    link.startedOver();

    assertThat(nextPublished().topic()).isEqualTo(Topics.HUB_BEACON);
    born.clear();
    report(DEVICE, 3);
    SessionId session = reportOf(DEVICE).session();
    link.execute(new HubEffect.SendAcked(session, DEVICE, new Acked("outbox-1", 3, 0)));
    assertThat(nextPublished().topic()).isEqualTo(Topics.ACKED.of(DEVICE));
  }

  @Test
  void theBrokersAcknowledgementIsNotTheDevices() throws Exception {
    report(DEVICE, 1);
    SessionId session = reportOf(DEVICE).session();
    Digest manifest = Digest.ofText("manifest");

    link.execute(
        new HubEffect.SendDesired(
            session,
            DEVICE,
            manifest,
            List.of(new DesiredUpdate(new Envelope("t", "cA==", List.of()), List.of(), null))));

    assertThat(nextPublished().topic()).isEqualTo(Topics.DESIRED.of(DEVICE));
    assertThat(await(HubEvent.DesiredSent.class).manifest()).isEqualTo(manifest);
  }

  /// What came before it may have got lost at the broker, while the hub was away.
  @Test
  void aReportWithoutABirthIsNotTaken() throws Exception {
    reportAlone(DEVICE, 1);
    assertThat(nextAcknowledged()).isEqualTo(1);

    report(DEVICE, 2);

    assertThat(reportOf(DEVICE).packet()).isEqualTo(2);
  }

  /// The acknowledgement of the next one would cover its rows.
  @Test
  void afterAReportThatIsRefusedNothingOfItsSessionIsTaken() throws Exception {
    Report tooLong = new Report("x".repeat(129), "boot-1", 1, 1, List.of());
    int packet = 0;
    for (String refused : List.of("{}", Json.write(tooLong))) {
      born.clear();
      report(DEVICE, ++packet);
      SessionId session = reportOf(DEVICE).session();

      broker.say(Topics.REPORT.of(DEVICE), refused, ++packet, false);

      assertThat(await(HubEvent.SessionClosed.class).session()).isEqualTo(session);
      reportAlone(DEVICE, ++packet);
      born.clear();
      report(DEVICE, ++packet);
      assertThat(reportOf(DEVICE).packet()).isEqualTo(packet);
    }
  }

  @Test
  void whatIsRetainedIsNotListenedTo() throws Exception {
    presence(DEVICE, birth(), 1, true);
    assertThat(nextAcknowledged()).isEqualTo(1);

    presence(OTHER, birth(), 2, false);
    assertThat(await(HubEvent.SessionOpened.class).device()).isEqualTo(OTHER);
  }

  @Test
  void aWillOpensNoSession() throws Exception {
    presence(DEVICE, new Presence.Will("boot-1", 1), 1, false);
    presence(OTHER, birth(), 2, false);

    assertThat(await(HubEvent.SessionOpened.class).device()).isEqualTo(OTHER);
  }

  /// A report after its birth, where the device has said none yet.
  private void report(DeviceId device, int packet) throws Exception {
    if (born.add(device)) {
      int before = BIRTH_PACKETS + packet;
      presence(device, birth(), before, false);
      while (!(await(HubEvent.class) instanceof HubEvent.PresenceSaid)) {
        // Reports of others are kept.
      }
      List<Integer> others = new ArrayList<>();
      for (int acknowledged = nextAcknowledged();
          acknowledged != before;
          acknowledged = nextAcknowledged()) {
        others.add(acknowledged);
      }
      broker.acknowledged.addAll(others);
    }
    reportAlone(device, packet);
  }

  private void reportAlone(DeviceId device, int packet) throws Exception {
    Report report = new Report("outbox-1", "boot-1", 1, 1, List.of());
    broker.say(Topics.REPORT.of(device), Json.write(report), packet, false);
  }

  private void presence(DeviceId device, Presence presence, int packet, boolean isRetained)
      throws Exception {
    broker.say(Topics.PRESENCE.of(device), Json.write(presence), packet, isRetained);
  }

  private static Presence birth() {
    return new Presence.Birth(
        "boot-1", 1, null, 0, null, List.of(), null, "outbox-1", 0, "0.1.0", List.of("v1"), 1);
  }

  private static final int BIRTH_PACKETS = 1_000;
  private final Set<DeviceId> born = new HashSet<>();

  private final List<HubEvent.ReportSaid> passedOver = new ArrayList<>();

  /// The next report of a device; those of others are kept for their turn.
  private HubEvent.ReportSaid reportOf(DeviceId device) throws InterruptedException {
    for (HubEvent.ReportSaid said : passedOver) {
      if (said.device().equals(device)) {
        passedOver.remove(said);
        return said;
      }
    }
    while (true) {
      HubEvent.ReportSaid said = await(HubEvent.ReportSaid.class);
      if (said.device().equals(device)) {
        return said;
      }
      passedOver.add(said);
    }
  }

  private <T extends HubEvent> T await(Class<T> kind) throws InterruptedException {
    while (true) {
      HubEvent event = events.poll(TestBroker.WAIT_SECONDS, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no " + kind.getSimpleName() + " came");
      }
      if (kind.isInstance(event)) {
        if (kind.equals(HubEvent.class) && event instanceof HubEvent.ReportSaid said) {
          passedOver.add(said);
        }
        return kind.cast(event);
      }
    }
  }

  private int nextAcknowledged() throws InterruptedException {
    Integer packet = broker.acknowledged.poll(TestBroker.WAIT_SECONDS, TimeUnit.SECONDS);
    if (packet == null) {
      throw new AssertionError("nothing was acknowledged");
    }
    return packet;
  }

  private TestBroker.Published nextPublished() throws InterruptedException {
    TestBroker.Published next = broker.published.poll(TestBroker.WAIT_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing was published");
    }
    return next;
  }
}
