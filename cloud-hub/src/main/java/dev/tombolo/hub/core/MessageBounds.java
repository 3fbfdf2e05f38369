package dev.tombolo.hub.core;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Bounds of the texts in what a device says: the hub keeps some of them in memory for each device.
/// Each check answers null when all is well.
public final class MessageBounds {
  /// Of a boot id, an incarnation, a version, a word.
  static final int WORD_CHARS_MAX = 128;

  static final int FEATURES_MAX = 64;

  /// Digests of sections a device has at hand, some of them of documents before.
  static final int HELD_SECTIONS_MAX = 4 * Limits.SECTIONS_MAX;

  private MessageBounds() {}

  public static @Nullable Reason check(Presence presence) {
    return switch (presence) {
      case Presence.Will will -> word("bootId", will.bootId());
      case Presence.Birth birth ->
          first(
              word("bootId", birth.bootId()),
              word("incarnation", birth.incarnation()),
              word("agentVersion", birth.agentVersion()),
              words("features", birth.features()),
              words("lan", birth.lan() == null ? List.of() : birth.lan()),
              birth.sections().size() > HELD_SECTIONS_MAX
                  ? new Reason.LimitExceeded(
                      "sections of a birth", HELD_SECTIONS_MAX, birth.sections().size())
                  : null);
    };
  }

  public static @Nullable Reason check(Report report) {
    Reason wrong =
        first(word("bootId", report.bootId()), word("incarnation", report.incarnation()));
    for (Report.Row row : report.rows()) {
      if (wrong != null) {
        return wrong;
      }
      wrong = first(word("bootId", row.bootId()), body(row.body()));
    }
    return wrong;
  }

  private static @Nullable Reason body(ReportBody body) {
    return switch (body) {
      case ReportBody.Happened happened -> word("what", happened.what());
      case ReportBody.Result result -> text("json of a result", result.json());
      case ReportBody.State _, ReportBody.Dropped _ -> null;
    };
  }

  private static @Nullable Reason text(String what, String text) {
    // No text has fewer bytes than characters: most need not be encoded to see it.
    int bytes =
        text.length() * 3 <= Limits.REPORT_BODY_BYTES_MAX
            ? text.length()
            : text.getBytes(StandardCharsets.UTF_8).length;
    return bytes > Limits.REPORT_BODY_BYTES_MAX
        ? new Reason.LimitExceeded("bytes of " + what, Limits.REPORT_BODY_BYTES_MAX, bytes)
        : null;
  }

  private static @Nullable Reason words(String what, List<String> words) {
    if (words.size() > FEATURES_MAX) {
      return new Reason.LimitExceeded(what, FEATURES_MAX, words.size());
    }
    Reason wrong = null;
    for (String word : words) {
      wrong = first(wrong, word(what, word));
    }
    return wrong;
  }

  private static @Nullable Reason word(String what, String word) {
    return word.length() > WORD_CHARS_MAX
        ? new Reason.LimitExceeded("characters of " + what, WORD_CHARS_MAX, word.length())
        : null;
  }

  private static @Nullable Reason first(@Nullable Reason... reasons) {
    for (Reason reason : reasons) {
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }
}
