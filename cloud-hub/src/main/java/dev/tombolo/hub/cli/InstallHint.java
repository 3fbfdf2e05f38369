package dev.tombolo.hub.cli;

import dev.tombolo.hub.http.api.TokenShown;
import java.util.List;

/// What to do with a new join token. The command for a bare machine checks the hub's root before it
/// runs anything the line delivers (docs/decisions/0003).
final class InstallHint {
  private static final String THIS_MACHINE =
      """

      note: only this machine can reach the hub at that address; for others start the hub with
        --name HOST (or edge.names in hub.yaml), or give --endpoint HOST:PORT here.""";

  private InstallHint() {}

  static String words(TokenShown token) {
    return """

        token %s, for %s, expires %s. Shown only now.
        On the device, where the agent is installed:
          tombolo-agent enroll --token %s
        On a bare machine:
          H=%s P=%s
          curl -fsSk https://$H/v1/ca.pem | openssl x509 -out ca.pem &&
            [ "$(openssl x509 -in ca.pem -noout -pubkey | openssl pkey -pubin -outform DER |
                 openssl dgst -sha256 | sed 's/.* //')" = $P ] &&
            curl -fsS --cacert ca.pem https://$H/install.sh | sh -s -- --token %s"""
            .formatted(
                token.id(),
                token.uses() == 1 ? "one device" : token.uses() + " devices",
                Listing.ago(token.expiresMillis()),
                token.token(),
                token.endpoints().getFirst(),
                token.root(),
                token.token())
        + (isForThisMachine(token.endpoints()) ? THIS_MACHINE : "");
  }

  private static boolean isForThisMachine(List<String> endpoints) {
    return endpoints.stream()
        .allMatch(
            endpoint ->
                endpoint.startsWith("localhost:")
                    || endpoint.startsWith("127.")
                    || endpoint.startsWith("[::1]"));
  }
}
