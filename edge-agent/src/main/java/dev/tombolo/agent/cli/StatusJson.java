package dev.tombolo.agent.cli;

import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.List;
import java.util.Optional;

/// `--json` of `status` and `why`.
final class StatusJson {
  private StatusJson() {}

  /// `{"device":...,"state":{...}}`; `state` is what the hub gets as a report's `state` row. While
  /// `saves` is false the agent can save nothing, and the first reason says why.
  static String write(DeviceStanding status) {
    String head =
        JsonWriter.write(
            status,
            (json, it) -> {
              json.id("device", it.stored().enrolment().device())
                  .id("fleet", it.stored().enrolment().fleet())
                  .id("site", it.stored().enrolment().site())
                  .id("slot", it.stored().enrolment().slot())
                  .yes("running", it.running())
                  .yes("saves", it.saves())
                  .yes("lineUp", it.lineUp())
                  .integer("lineSinceMillis", it.stored().lineSinceWallMillis())
                  .integer("waiting", it.stored().waiting())
                  .integer("stateMillis", it.stored().stateWallMillis());
              it.stored().damage().ifPresent(damage -> json.text("damage", ReasonText.say(damage)));
              it.lineCause().ifPresent(cause -> json.text("lineCause", ReasonText.say(cause)));
            });
    if (status.state().isEmpty()) {
      return head;
    }
    String state = Json.write(status.state().get());
    return head.substring(0, head.length() - 1) + ",\"state\":" + state + "}";
  }

  /// One answer of `why`.
  ///
  /// @param failed a release that was tried before, which no reason tells of any more
  record Because(String subject, List<Reason> reasons, Optional<FailedTry> failed) {
    Because {
      reasons = List.copyOf(reasons);
    }
  }

  private static String write(FailedTry failed) {
    return JsonWriter.write(
        failed,
        (json, it) ->
            json.text("version", it.version())
                .id("release", it.release())
                .integer("atMillis", it.wallMillis())
                .text("text", it.words()));
  }

  /// `[{"subject":...,"reasons":[{"code":...,"text":...}],"failedTry":{...}}]`.
  static String write(List<Because> answers) {
    StringBuilder out = new StringBuilder("[");
    for (Because answer : answers) {
      out.append(out.length() > 1 ? "," : "");
      String subject = JsonWriter.write(answer, (json, it) -> json.text("subject", it.subject()));
      out.append(subject, 0, subject.length() - 1).append(",\"reasons\":[");
      boolean first = true;
      for (Reason reason : answer.reasons()) {
        String text = JsonWriter.write(reason, (json, it) -> json.text("text", ReasonText.say(it)));
        String fields = Json.write(reason);
        out.append(first ? "" : ",");
        out.append(fields, 0, fields.length() - 1).append(',').append(text.substring(1));
        first = false;
      }
      out.append(']');
      answer.failed().ifPresent(failed -> out.append(",\"failedTry\":").append(write(failed)));
      out.append('}');
    }
    return out.append(']').toString();
  }
}
