package dev.tombolo.hub.http;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import io.javalin.http.Context;

/// How a refusal looks over HTTP: the reason and one line for people, under the status that fits.
final class Refusals {
  private Refusals() {}

  static void answer(Context context, Reason reason) {
    answer(context, statusOf(reason), reason, "");
  }

  /// @param about the title of the object that it is about; empty: of no one
  static void answer(Context context, Reason reason, String about) {
    answer(context, statusOf(reason), reason, about);
  }

  static void answer(Context context, int status, Reason reason) {
    answer(context, status, reason, "");
  }

  private static void answer(Context context, int status, Reason reason, String about) {
    if (reason instanceof Reason.Busy busy) {
      context.header("Retry-After", Integer.toString(busy.retryAfterSeconds()));
    }
    context
        .status(status)
        .contentType("application/json")
        .result(Json.write(new Refusal(reason, words(reason, about))));
  }

  private static String words(Reason reason, String about) {
    String words = ReasonText.say(reason);
    return about.isEmpty() || words.contains(about) ? words : about + ": " + words;
  }

  /// Reasons that name something wrong with what was sent are 422, where nothing closer fits.
  static int statusOf(Reason reason) {
    return switch (reason) {
      case Reason.NotFound r -> 404;
      case Reason.TokenUnknown r -> 404;
      case Reason.DeviceUnknown r -> 404;
      case Reason.ReleaseUnknown r -> 404;
      case Reason.InputInvalid r -> 400;
      case Reason.Malformed r -> 400;
      case Reason.NotAllowed r -> 403;
      case Reason.NotYours r -> 403;
      case Reason.RowsGone r -> 410;
      case Reason.Conflict r -> 409;
      case Reason.RolloutMoves r -> 409;
      case Reason.SlotTaken r -> 409;
      case Reason.LimitExceeded r -> 413;
      case Reason.ProtectedFleet r -> 428;
      case Reason.Busy r -> 503;
      case Reason.NotReached r -> 504;
      case Reason.DiskFull r -> 507;
      case Reason.IoFailed r -> 500;
      default -> 422;
    };
  }
}
