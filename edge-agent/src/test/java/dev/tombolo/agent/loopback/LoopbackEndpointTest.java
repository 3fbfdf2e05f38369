package dev.tombolo.agent.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.Standing;
import dev.tombolo.agent.http.ServerBounds;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class LoopbackEndpointTest {
  private static final Name COUNTER = new Name("counter");

  @TempDir Path data;
  private final Events events = new Events();
  private LoopbackEndpoint endpoint;

  @BeforeEach
  void open() throws IOException {
    endpoint = new LoopbackEndpoint(events, data, 0, () -> "{\"device\":\"d\"}");
  }

  @AfterEach
  void close() {
    endpoint.close();
  }

  private record Answer(int status, String body) {}

  private static Answer send(String method, String url, String token, String body)
      throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestMethod(method);
    if (!token.isEmpty()) {
      connection.setRequestProperty("Authorization", "Bearer " + token);
    }
    if (method.equals("POST")) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    int status = connection.getResponseCode();
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return new Answer(status, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void aPortThatCannotBeNotedEndsNothingAndTheOldNoteStays() throws IOException {
    String noted = Files.readString(data.resolve("loopback.port"));
    endpoint.close();
    // As on a full disk: nothing can be written there.
    Files.createDirectory(data.resolve("loopback.port.tmp"));
    try (ServerSocket taken =
        new ServerSocket(Integer.parseInt(noted), 1, InetAddress.getLoopbackAddress())) {
      endpoint = new LoopbackEndpoint(events, data, 0, () -> "{}");

      assertThat(endpoint.port()).isNotEqualTo(taken.getLocalPort());
    }
    assertThat(data.resolve("loopback.port")).hasContent(noted);
  }

  @Test
  void connectionsThatNobodyClosesAreBounded() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                EndpointInOneFile.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<Socket> opened = new ArrayList<>();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int port = Integer.parseInt(said.readLine());
      for (int i = 0; i <= ServerBounds.CONNECTIONS_MAX; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        opened.add(socket);
        socket.getOutputStream().write("GET /v1/sta".getBytes(StandardCharsets.US_ASCII));
      }
      Until.holds(
          "one is turned away", () -> opened.stream().anyMatch(LoopbackEndpointTest::isClosed));
    } finally {
      for (Socket socket : opened) {
        socket.close();
      }
      process.destroyForcibly();
    }
  }

  private static boolean isClosed(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static CompletableFuture<Answer> posting(String url, String body) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return send("POST", url, "", body);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private String base() {
    return "http://127.0.0.1:" + endpoint.port();
  }

  @Test
  void aResultIsAnsweredOnceItIsKept() throws Exception {
    CompletableFuture<Answer> answer = posting(endpoint.url(COUNTER), "{\"people\":3}");

    AgentEvent.ResultHandedIn handedIn = events.await(AgentEvent.ResultHandedIn.class);
    assertThat(handedIn.channel()).isEqualTo(COUNTER);
    assertThat(handedIn.json()).isEqualTo("{\"people\":3}");
    assertThat(answer).isNotDone();
    endpoint.perform(new AgentEffect.ResultKept(handedIn.request(), 12));

    assertThat(answer.get()).isEqualTo(new Answer(202, "{\"sequence\":12}"));
  }

  @Test
  void aWorkloadMayUseOtherChannels() throws Exception {
    CompletableFuture<Answer> answer =
        posting(endpoint.url(COUNTER) + "/v1/results/queue-length", "4");

    AgentEvent.ResultHandedIn handedIn = events.await(AgentEvent.ResultHandedIn.class);
    assertThat(handedIn.channel()).isEqualTo(new Name("queue-length"));
    endpoint.perform(new AgentEffect.ResultKept(handedIn.request(), 1));

    assertThat(answer.get().status()).isEqualTo(202);
  }

  @Test
  void whatIsTooMuchIsRefusedForGood() throws Exception {
    CompletableFuture<Answer> answer = posting(endpoint.url(COUNTER), "4");

    AgentEvent.ResultHandedIn handedIn = events.await(AgentEvent.ResultHandedIn.class);
    endpoint.perform(
        new AgentEffect.ResultRefused(
            handedIn.request(), new Reason.LimitExceeded("result channels", 16, 17)));

    assertThat(answer.get().status()).isEqualTo(413);
    assertThat(answer.get().body()).contains("limit-exceeded");
  }

  @Test
  void whatCannotBeKeptNowIsToComeAgain() throws Exception {
    for (Reason reason :
        List.of(
            new Reason.DiskFull("agent.db", 0, 0),
            new Reason.IoFailed("agent.db", "input/output error"),
            new Reason.Starting("the agent"))) {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(endpoint.url(COUNTER)).toURL().openConnection();
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.getOutputStream().write('4');
      CompletableFuture<Integer> status =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return connection.getResponseCode();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      AgentEvent.ResultHandedIn handedIn = events.await(AgentEvent.ResultHandedIn.class);
      endpoint.perform(new AgentEffect.ResultRefused(handedIn.request(), reason));

      assertThat(status.get()).isEqualTo(503);
      assertThat(connection.getHeaderFieldInt("Retry-After", 0)).isPositive();
      connection.disconnect();
    }
  }

  @Test
  void theSecretMayComeAsABearerToken() throws Exception {
    String token = endpoint.token(COUNTER);
    CompletableFuture<Integer> status =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return send("POST", base() + "/v1/results/counter", token, "1").status();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });

    AgentEvent.ResultHandedIn handedIn = events.await(AgentEvent.ResultHandedIn.class);
    endpoint.perform(new AgentEffect.ResultKept(handedIn.request(), 1));

    assertThat(status.get()).isEqualTo(202);
  }

  @Test
  void wrongSecretsBodiesAndPathsAreRefused() throws Exception {
    String url = endpoint.url(COUNTER);
    String forged = url.replace("/w/counter.", "/w/cashier.");

    assertThat(send("POST", base() + "/v1/results/counter", "", "1").status()).isEqualTo(401);
    assertThat(send("POST", forged, "", "1").status()).isEqualTo(401);
    assertThat(send("POST", url, "", "{").status()).isEqualTo(400);
    assertThat(send("POST", url, "", "1".repeat(40_000)).status()).isEqualTo(413);
    assertThat(send("POST", url + "/v1/results/..", "", "1").status()).isEqualTo(404);
    assertThat(send("GET", url, "", "").status()).isEqualTo(405);
    assertThat(events.rest()).isEmpty();
  }

  @Test
  void statusIsForEverybodyOnTheDevice() throws Exception {
    assertThat(send("GET", base() + "/v1/status", "", ""))
        .isEqualTo(new Answer(200, "{\"device\":\"d\"}"));
  }

  @Test
  void whoAsksARunningAgentHearsItsTrouble() throws Exception {
    Reason full = new Reason.DiskFull("agent.db", 0, 0);
    ReportBody.State told = new ReportBody.State(null, 3, List.of(), List.of(), Map.of());
    Standing[] standing = {new Standing(Optional.of(told), Optional.of(full))};
    endpoint.close();
    assertThat(LiveStatus.ask(data)).isEmpty();

    endpoint = new LoopbackEndpoint(events, data, 0, () -> LiveStatus.write(standing[0]));

    LiveStatus.Said said = LiveStatus.ask(data).orElseThrow();
    assertThat(said.saves()).isFalse();
    assertThat(said.state().reasons()).containsExactly(full);
    standing[0] = new Standing(Optional.of(told), Optional.empty());
    assertThat(LiveStatus.ask(data)).contains(new LiveStatus.Said(told, true));
    standing[0] = new Standing(Optional.empty(), Optional.empty());
    assertThat(LiveStatus.ask(data)).as("nothing told yet").isEmpty();
  }

  @Test
  void portAndSecretsStayOverARestart() throws Exception {
    String before = endpoint.url(COUNTER);
    endpoint.close();

    endpoint = new LoopbackEndpoint(events, data, 0, () -> "{}");

    assertThat(endpoint.url(COUNTER)).isEqualTo(before);
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int port = other.getLocalPort();

      assertThatThrownBy(() -> new LoopbackEndpoint(events, data, port, () -> "{}"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("loopback.port=" + port + " is in use");
    }
  }
}
