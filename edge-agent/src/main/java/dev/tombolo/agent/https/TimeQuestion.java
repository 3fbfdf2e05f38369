package dev.tombolo.agent.https;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.TimeResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.SignedTime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/// `GET /v1/time/NONCE`: the hub's wall clock, signed just now.
public final class TimeQuestion {
  private static final int NONCE_BYTES = 16;

  private final Optional<InetSocketAddress> proxy;
  private final SecureRandom random = new SecureRandom();

  public TimeQuestion(Optional<InetSocketAddress> proxy) {
    this.proxy = proxy;
  }

  /// @param https `https://host:port` of the hub
  /// @param sockets may take a hub whose dates do not fit
  /// @param rootKey hash of the key of the root that this device trusts
  /// @return ms since 1970-01-01T00:00Z
  /// @throws RefusedException when the answer is not signed by the hub for this question
  public long ask(String https, SSLSocketFactory sockets, Digest rootKey)
      throws IOException, RefusedException {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    String nonce = HexFormat.of().formatHex(bytes);
    try {
      URI url = URI.create(https + "/v1/time/" + nonce);
      String answer = HubConnection.get(HubConnection.open(url, sockets, proxy));
      TimeResponse told = Json.read(TimeResponse.class, answer, Limits.SECTION_BYTES_MAX);
      return switch (SignedTime.check(told, nonce, rootKey)) {
        case SignedTime.Proved(var hubMillis) -> hubMillis;
        case SignedTime.Refused(var reason) -> throw new RefusedException(reason);
      };
    } catch (HubRefusalException e) {
      throw new RefusedException(e.refusal().reason());
    } catch (MalformedException e) {
      throw new RefusedException(e.reason());
    }
  }
}
