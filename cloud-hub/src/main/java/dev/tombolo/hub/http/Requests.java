package dev.tombolo.hub.http;

import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// What all routes need of a request: its bounded body, and who asks.
final class Requests {
  static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

  /// Enough for the longest list that `apply` takes, at 800 bytes an object.
  static final int APPLY_BYTES_MAX = 16 * 1024 * 1024;

  private static final String PRINCIPAL = "principal";

  private Requests() {}

  static String text(Context context, int bytesMax) throws RefusedException, IOException {
    try (InputStream in = context.req().getInputStream()) {
      byte[] body = in.readNBytes(bytesMax + 1);
      if (body.length > bytesMax) {
        throw new RefusedException(
            new Reason.LimitExceeded("body", bytesMax, Math.max(body.length, length(context))));
      }
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  static <T> T body(Context context, Class<T> type) throws RefusedException, IOException {
    return body(context, type, BODY_BYTES_MAX);
  }

  static <T> T body(Context context, Class<T> type, int bytesMax)
      throws RefusedException, IOException {
    return read(type, text(context, bytesMax), bytesMax);
  }

  /// By the rules of the wire's JSON first: the reader of these bodies takes half surrogate pairs,
  /// goes without commas, and follows nesting until the stack ends.
  static <T> T read(Class<T> type, String text) throws RefusedException {
    return read(type, text, BODY_BYTES_MAX);
  }

  private static <T> T read(Class<T> type, String text, int bytesMax) throws RefusedException {
    try {
      Json.check(type.getSimpleName(), text, bytesMax);
      return AdminJson.read(type, text);
    } catch (MalformedException e) {
      throw new RefusedException(e.reason());
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          new Reason.Malformed(type.getSimpleName(), String.valueOf(e.getMessage())));
    }
  }

  static void answer(Context context, Object body) {
    context.contentType("application/json").result(AdminJson.write(body));
  }

  static void authenticated(Context context, Principal who) {
    context.attribute(PRINCIPAL, who);
  }

  static Principal who(Context context) {
    Principal who = context.attribute(PRINCIPAL);
    if (who == null) {
      throw new IllegalStateException("every route stands behind the token check");
    }
    return who;
  }

  private static long length(Context context) {
    // What is told must fit JSON.
    return Math.min(context.req().getContentLengthLong(), Limits.INTEGER_MAX);
  }
}
