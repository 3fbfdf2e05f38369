package dev.tombolo.agent.loopback;

import dev.tombolo.protocol.id.Name;
import java.util.Optional;

/// Where a workload posts: `/w/{secret}` (its own channel, named like the application),
/// `/w/{secret}/v1/results/{channel}`, or `/v1/results/{channel}` with the secret as a bearer
/// token.
///
/// @param secret empty when the path carries none
/// @param channel empty for the application's own
record ResultPath(String secret, String channel) {
  private static final String WITH_SECRET = "/w/";
  private static final String RESULTS = "/v1/results/";

  static Optional<ResultPath> parse(String path) {
    String secret = "";
    String rest = path;
    if (path.startsWith(WITH_SECRET)) {
      int end = path.indexOf('/', WITH_SECRET.length());
      secret = path.substring(WITH_SECRET.length(), end < 0 ? path.length() : end);
      rest = end < 0 ? "" : path.substring(end);
      if (rest.isEmpty() || rest.equals("/")) {
        return Optional.of(new ResultPath(secret, ""));
      }
    }
    if (rest.startsWith(RESULTS) && Name.isValid(rest.substring(RESULTS.length()))) {
      return Optional.of(new ResultPath(secret, rest.substring(RESULTS.length())));
    }
    return Optional.empty();
  }
}
