package dev.tombolo.hub.http;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Where a list goes on, as a `Link` header with `rel="next"` (RFC 8288).
final class Pages {
  static final String AFTER = "after";

  /// Header: rows of the whole list.
  static final String TOTAL = "Tombolo-Total";

  private Pages() {}

  /// The same request, from `cursor` on.
  static void link(Context context, String cursor) {
    StringBuilder link = new StringBuilder("<").append(context.path()).append('?');
    for (Map.Entry<String, List<String>> parameter : context.queryParamMap().entrySet()) {
      if (!parameter.getKey().equals(AFTER) && !parameter.getKey().equals("last")) {
        for (String value : parameter.getValue()) {
          link.append(escape(parameter.getKey())).append('=').append(escape(value)).append('&');
        }
      }
    }
    link.append(AFTER).append('=').append(escape(cursor)).append(">; rel=\"next\"");
    context.header("Link", link.toString());
  }

  private static String escape(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8);
  }
}
