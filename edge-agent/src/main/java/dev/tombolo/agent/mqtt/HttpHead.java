package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Status and header fields of an HTTP/1.1 answer, read byte by byte so that nothing after them is
/// taken from the stream.
///
/// @param fields by lower-case name; of repeated ones the first
record HttpHead(int status, String statusLine, Map<String, String> fields) {
  static final int HEAD_BYTES_MAX = 8 * 1024;
  private static final int SHOWN_CHARS_MAX = 40;

  HttpHead {
    fields = Map.copyOf(fields);
  }

  static HttpHead read(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    String statusLine = "";
    Map<String, String> fields = new HashMap<>();
    for (int read = 0; read < HEAD_BYTES_MAX; read++) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the line ended within an HTTP answer");
      }
      if (b != '\n') {
        line.append((char) b);
        continue;
      }
      String text = line.toString().strip();
      line.setLength(0);
      if (statusLine.isEmpty()) {
        statusLine = text;
        statusOf(text);
      } else if (text.isEmpty()) {
        return new HttpHead(statusOf(statusLine), statusLine, fields);
      } else {
        int colon = text.indexOf(':');
        if (colon > 0) {
          fields.putIfAbsent(
              text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
              text.substring(colon + 1).strip());
        }
      }
    }
    throw new IOException("an HTTP answer's head exceeds " + HEAD_BYTES_MAX + " bytes");
  }

  String field(String name) {
    return fields.getOrDefault(name, "");
  }

  /// Seconds of `Retry-After`, 0 when it is absent or a date.
  int retryAfterSeconds() {
    return RetryAfter.seconds(field("retry-after"));
  }

  private static int statusOf(String statusLine) throws IOException {
    if (statusLine.length() >= 12
        && statusLine.startsWith("HTTP/1.")
        && statusLine.charAt(8) == ' ') {
      try {
        return Integer.parseInt(statusLine.substring(9, 12));
      } catch (NumberFormatException e) {
        throw notHttp(statusLine);
      }
    }
    throw notHttp(statusLine);
  }

  private static IOException notHttp(String line) {
    return new IOException("not an HTTP answer: '" + Quoted.of(line, SHOWN_CHARS_MAX) + "'");
  }
}
