package dev.tombolo.agent.https;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLSocketFactory;

/// `POST /v1/enroll`. The same request may be sent again and gets the same answer.
public final class Enrolment {
  private final Optional<InetSocketAddress> proxy;

  public Enrolment(Optional<InetSocketAddress> proxy) {
    this.proxy = proxy;
  }

  /// @param endpoint `host:port` from the join token
  /// @param pinned sockets that trust only the root that the token pins
  public EnrolOutcome call(String endpoint, SSLSocketFactory pinned, EnrolRequest request) {
    try {
      URI url = URI.create("https://" + endpoint + "/v1/enroll");
      String answer =
          HubConnection.post(HubConnection.open(url, pinned, proxy), Json.write(request));
      return new EnrolOutcome.Enrolled(
          Json.read(EnrolResponse.class, answer, Limits.SECTION_BYTES_MAX));
    } catch (HubRefusalException e) {
      return new EnrolOutcome.Refused(e.status(), e.refusal(), e.retryAfterSeconds());
    } catch (MalformedException e) {
      return new EnrolOutcome.NotReached(e.reason());
    } catch (IOException e) {
      return new EnrolOutcome.NotReached(HubConnection.reasonOf(e));
    }
  }
}
