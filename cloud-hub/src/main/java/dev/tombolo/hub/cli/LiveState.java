package dev.tombolo.hub.cli;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.Locale;

/// A device's own answer to `why`, in words.
final class LiveState {
  private LiveState() {}

  /// What is not a state is shown as it came.
  static String words(String body) {
    try {
      return Json.read(ReportBody.class, body, Limits.REPORT_BODY_BYTES_MAX)
              instanceof ReportBody.State state
          ? words(state)
          : body;
    } catch (MalformedException e) {
      return body;
    }
  }

  private static String words(ReportBody.State state) {
    StringBuilder words = new StringBuilder();
    state.reasons().forEach(reason -> words.append(ReasonText.say(reason)).append('\n'));
    for (ApplicationStatus application : state.applications()) {
      words
          .append(application.name())
          .append(": ")
          .append(application.phase().name().toLowerCase(Locale.ROOT).replace('_', ' '))
          .append(application.liveVersion() == null ? "" : ", serves " + application.liveVersion())
          .append(
              application.wantedVersion() == null ? "" : ", wants " + application.wantedVersion())
          .append('\n');
      application
          .reasons()
          .forEach(reason -> words.append("  ").append(ReasonText.say(reason)).append('\n'));
    }
    return words.isEmpty() ? "nothing to tell" : words.toString();
  }
}
