package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Ask;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;
import java.util.TreeMap;

/// Operators' live questions to connected devices.
final class Asks {
  static final long WAIT_MILLIS = 10_000;

  /// Questions on their way at once.
  static final int ASKS_MAX = 1_000;

  private static final String QUESTION = "question";

  private final HubState state;

  Asks(HubState state) {
    this.state = state;
  }

  void asked(long request, AdminCommand.AskDevice command, Principal who, StepDraft draft) {
    if (command.arguments().containsKey(QUESTION)) {
      Reason reason =
          new Reason.InputInvalid(
              "arguments", QUESTION, "any other name; the audit needs this one");
      answer(request, new AdminAnswer.Refused(reason), draft);
      return;
    }
    LiveSession session = state.sessions.get(command.device());
    if (session == null) {
      answer(request, notReached(command.device()), draft);
      return;
    }
    if (state.asks.size() >= ASKS_MAX) {
      answer(request, new AdminAnswer.Refused(HubTurn.TRY_LATER), draft);
      return;
    }
    String id = "ask-" + request;
    Map<String, String> said = new TreeMap<>(command.arguments());
    said.put(QUESTION, command.question());
    draft.audit(who, "device-ask", command.device().text(), "", AuditJson.of(said));
    draft.change(
        new HubChange.AskSent(
            new PendingAsk(id, request, command.device(), draft.nowMillis + WAIT_MILLIS)));
    draft.effect(
        new HubEffect.SendAsk(
            session.id(), command.device(), new Ask(id, command.question(), command.arguments())));
  }

  void answered(HubEvent.AnswerSaid event, StepDraft draft) {
    PendingAsk ask = state.asks.get(event.answer().id());
    if (ask != null && ask.device().equals(event.device())) {
      end(ask, new AdminAnswer.DeviceAnswered(event.answer().ok(), event.answer().body()), draft);
    }
  }

  void lineEnded(DeviceId device, StepDraft draft) {
    for (PendingAsk ask : state.asks.values()) {
      if (ask.device().equals(device)) {
        end(ask, notReached(device), draft);
      }
    }
  }

  void giveUp(StepDraft draft) {
    for (PendingAsk ask : state.asks.values()) {
      if (ask.untilMillis() <= draft.nowMillis) {
        end(ask, notReached(ask.device()), draft);
      }
    }
  }

  private AdminAnswer notReached(DeviceId device) {
    if (!state.devices.containsKey(device)) {
      return new AdminAnswer.Refused(new Reason.DeviceUnknown(device.text()));
    }
    return new AdminAnswer.Refused(
        new Reason.NotReached(device.text(), Expulsion.presence(state, device).seenMillis()));
  }

  private static void end(PendingAsk ask, AdminAnswer answer, StepDraft draft) {
    draft.change(new HubChange.AskEnded(ask.id()));
    answer(ask.request(), answer, draft);
  }

  private static void answer(long request, AdminAnswer answer, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(request, answer));
  }
}
