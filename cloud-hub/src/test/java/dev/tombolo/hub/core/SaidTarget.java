package dev.tombolo.hub.core;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// What a device says, in the hub's loop: whatever numbers it uses, the loop goes on, nothing is
/// told that cannot be written, and what was committed reads back. An input's first byte chooses
/// the message.
public final class SaidTarget implements FuzzTarget {
  @Override
  public String name() {
    return "hub-loop";
  }

  @Override
  public long stackBytes() {
    return 1024 * 1024;
  }

  @Override
  public int quickRuns() {
    return 30;
  }

  @Override
  public List<byte[]> seeds() {
    Report report =
        new Report(
            "outbox-1",
            "boot-1",
            1_800_000_000_000L,
            1_000,
            List.of(
                Scene.happened(1),
                Scene.result(2),
                new Report.Row(
                    3, "boot-0", 5, 6, new ReportBody.Dropped(new Name("people"), 3, 1, 9)),
                new Report.Row(
                    4,
                    "boot-1",
                    5,
                    6,
                    new ReportBody.State(
                        null, 0, List.of(), List.of(new Reason.UpToDate()), Map.of("host", "x"))),
                new Report.Row(
                    5,
                    "boot-1",
                    5,
                    6,
                    new ReportBody.Happened(
                        "desired-refused", null, null, new Reason.Starting("x")))));
    Presence birth =
        new Presence.Birth(
            "boot-2",
            3,
            null,
            0,
            null,
            List.of(),
            Scene.DOCUMENT_KEY,
            "outbox-1",
            5,
            "1",
            List.of("v1"),
            5);
    return List.of(
        input(0, report),
        input(1, birth),
        input(1, new Presence.Will("boot-1", 1)),
        input(2, new Answer("1", true, "x")));
  }

  private static byte[] input(int kind, Object message) {
    return ((char) kind + Json.write(message)).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String run(byte[] input) {
    if (input.length == 0) {
      return "nothing";
    }
    MemoryHubStore store = new MemoryHubStore();
    Scene scene = Scene.ready(store);
    EnrolResponse identity = scene.joined("one");
    SessionId session = scene.connected(identity, scene.birth("boot-1", 1));
    scene.tell(new HubEvent.SessionSubscribed(session, identity.device()));
    byte[] json = Arrays.copyOfRange(input, 1, input.length);
    HubEvent event;
    try {
      event = event(input[0] & 3, json, session, identity);
    } catch (MalformedException e) {
      return Contract.refused(e.getMessage());
    }
    StringBuilder said = new StringBuilder(event.getClass().getSimpleName());
    // Twice: a repeat has no second effect, and more that follows is still heard.
    for (int time = 0; time < 2; time++) {
      int commits = store.committed().size();
      for (HubEffect effect : scene.tell(event)) {
        said.append(' ').append(effect.getClass().getSimpleName());
        if (effect instanceof HubEffect.SendAcked acked) {
          Contract.holds(!Json.write(acked.acked()).isEmpty(), "acked can be written");
        } else if (effect instanceof HubEffect.CloseSession close) {
          Contract.refused(ReasonText.say(close.reason()));
        }
      }
      boolean rows =
          store.committed().subList(commits, store.committed().size()).stream()
              .anyMatch(HubChange.RowsTaken.class::isInstance);
      Contract.holds(time == 0 || !rows, "a repeat has no second effect");
    }
    scene.pass(java.time.Duration.ofMinutes(1));
    for (HubChange change : store.committed()) {
      if (change instanceof HubChange.RowsTaken taken) {
        for (ReportRow row : taken.rows()) {
          Contract.holds(
              row.hubMillis() >= 0 && row.hubMillis() <= scene.now, "dated within the hub's time");
          Contract.holds(!Json.write(row.body()).isEmpty(), "a row can be written");
        }
      }
    }
    scene.restart();
    SessionId next = scene.connected(identity, scene.birth("boot-9", 1_000));
    List<HubEffect> after =
        scene.tell(
            new HubEvent.ReportSaid(
                next,
                identity.device(),
                new Report("outbox-9", "boot-9", 5, 5, List.of(Scene.happened(1))),
                1));
    Contract.holds(
        after.stream().anyMatch(HubEffect.SendAcked.class::isInstance),
        "the device is still heard");
    return said.length() > 120 ? said.substring(0, 120) : said.toString();
  }

  private static HubEvent event(int kind, byte[] json, SessionId session, EnrolResponse identity)
      throws MalformedException {
    Reason wrong = null;
    HubEvent event;
    if (kind == 1) {
      Presence presence = Json.read(Presence.class, json, Limits.PACKET_BYTES_MAX);
      wrong = MessageBounds.check(presence);
      event = new HubEvent.PresenceSaid(session, identity.device(), presence);
    } else if (kind == 2) {
      event =
          new HubEvent.AnswerSaid(
              session, identity.device(), Json.read(Answer.class, json, Limits.PACKET_BYTES_MAX));
    } else {
      Report report = Json.read(Report.class, json, Limits.PACKET_BYTES_MAX);
      wrong = MessageBounds.check(report);
      event = new HubEvent.ReportSaid(session, identity.device(), report, 7);
    }
    if (wrong != null) {
      throw new MalformedException("message", ReasonText.say(wrong));
    }
    return event;
  }
}
