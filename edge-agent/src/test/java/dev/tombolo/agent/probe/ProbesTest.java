package dev.tombolo.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.session.ProcessTable;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestRelease;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ProbesTest {
  @TempDir Path data;
  private final Events events = new Events();
  private TestRelease release;
  private Probes probes;

  @BeforeEach
  void stage() throws IOException {
    release = TestRelease.of(data, "echo looked at $WHAT; exit $1\n");
    probes = new Probes(events, release.places(), _ -> List.of());
  }

  @AfterEach
  void close() {
    probes.close();
  }

  private Optional<Reason> outcome(Probe probe) throws InterruptedException {
    return finished(probe).failure();
  }

  private AgentEvent.ProbeFinished finished(Probe probe) throws InterruptedException {
    probes.perform(
        new AgentEffect.RunProbe(
            release.application(),
            release.digest(),
            7,
            probe,
            Map.of("WHAT", "${release.digest}")));
    AgentEvent.ProbeFinished finished = events.await(AgentEvent.ProbeFinished.class);
    assertThat(finished.round()).isEqualTo(7);
    assertThat(finished.probe()).isEqualTo(probe.name());
    return finished;
  }

  private static Probe exec(int timeoutSeconds, String... argv) {
    return new Probe.Exec("golden", 1, timeoutSeconds, List.of(argv));
  }

  private static Optional<Reason> failed(String probe, String detail) {
    return Optional.of(new Reason.ProbeFailed(probe, detail));
  }

  @Test
  void whoHangsHoldsUpNobodyElse() throws Exception {
    for (int i = 0; i < 4; i++) {
      Probe hanging = new Probe.Exec("hanging-" + i, 1, 30, List.of("/bin/sleep", "600"));
      probes.perform(
          new AgentEffect.RunProbe(release.application(), release.digest(), 1, hanging, Map.of()));
    }
    Name other = new Name("other");
    try (ServerSocket open = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Probe port = new Probe.Tcp("port", 1, 25, Integer.toString(open.getLocalPort()));
      probes.perform(new AgentEffect.RunProbe(other, release.digest(), 2, port, Map.of()));

      assertThat(events.await(AgentEvent.ProbeFinished.class))
          .isEqualTo(new AgentEvent.ProbeFinished(other, "port", 2, Optional.empty()));
    }
    assertThat(events.taken()).contains(new AgentEvent.ProbeStarted(other, "port", 2));
  }

  @Test
  void aProgramRunsBehindThePrefixOfWorkloads() throws Exception {
    probes.close();
    probes = new Probes(events, release.places(), _ -> List.of("/usr/bin/env", "WHERE=elsewhere"));

    assertThat(outcome(exec(60, "/bin/sh", "-c", "echo ran $WHERE; exit 4")))
        .isEqualTo(failed("golden", "exit code 4: ran elsewhere"));
  }

  @Test
  void aProgramThatEndsWellPasses() throws Exception {
    assertThat(outcome(exec(60, "/bin/sh", "${release.dir}/run.sh", "0"))).isEmpty();
  }

  @Test
  void aProgramThatFailsSaysWhyInItsLastLine() throws Exception {
    assertThat(outcome(exec(60, "/bin/sh", "${release.dir}/run.sh", "2")))
        .isEqualTo(failed("golden", "exit code 2: looked at " + release.digest()));
  }

  /// `EX_DATAERR`, as sysexits.h names it.
  @Test
  void aProgramMaySayThatWaitingDoesNotMendIt() throws Exception {
    AgentEvent.ProbeFinished wrong = finished(exec(60, "/bin/sh", "${release.dir}/run.sh", "65"));

    assertThat(wrong.isForGood()).isTrue();
    assertThat(wrong.failure())
        .isEqualTo(failed("golden", "exit code 65: looked at " + release.digest()));
    assertThat(finished(exec(60, "/bin/sh", "${release.dir}/run.sh", "1")).isForGood()).isFalse();
    assertThat(finished(exec(60, "/bin/sh", "${release.dir}/run.sh", "0")).isForGood()).isFalse();
  }

  @Test
  void aProgramThatTakesTooLongIsKilledWithItsChildren() throws Exception {
    Path pids = data.resolve("pids");
    String script = "echo waiting; sleep 600 & echo $$ > " + pids + "; wait";

    assertThat(outcome(exec(5, "/bin/sh", "-c", script)))
        .isEqualTo(failed("golden", "no answer within 5 s: waiting"));

    long session = Long.parseLong(Files.readString(pids).strip());
    Until.holds("none is left", () -> ProcessTable.ofSession(session).isEmpty());
  }

  @Test
  void whatAProgramLeavesPrintingEndsWithIt() throws Exception {
    Path pids = data.resolve("pids");
    String script = "yes & echo $$ > " + pids + "; exit 3";

    assertThat(outcome(exec(60, "/bin/sh", "-c", script)).toString()).contains("exit code 3");

    long session = Long.parseLong(Files.readString(pids).strip());
    assertThat(ProcessTable.ofSession(session)).isEmpty();
  }

  @Test
  void whatHasLeftTheSessionAndPrintsHoldsNobodyUp() throws Exception {
    Path pid = data.resolve("pid");
    String script =
        "setsid sh -c 'echo $$ > PID; exec yes' & while [ ! -s PID ]; do sleep 0.01; done; exit 3"
            .replace("PID", pid.toString());
    try {
      assertThat(outcome(exec(60, "/bin/sh", "-c", script)).toString()).contains("exit code 3");
    } finally {
      ProcessTable.end(List.of(Long.parseLong(Files.readString(pid).strip())), true);
    }
  }

  @Test
  void aProgramThatPrintsForEverIsKilledInTime() throws Exception {
    assertThat(outcome(exec(5, "/bin/sh", "-c", "exec yes")))
        .isEqualTo(failed("golden", "no answer within 5 s: y"));
  }

  @Test
  void aProgramThatPrintsWithoutEndIsReadInBoundedMemory() throws Exception {
    String script = "head -c 50000000 /dev/zero | tr '\\\\0' x; echo; echo done; exit 1";

    assertThat(outcome(exec(120, "/bin/sh", "-c", script)))
        .isEqualTo(failed("golden", "exit code 1: done"));
  }

  @Test
  void anHttpAnswerMustSayWhatIsExpected() throws Exception {
    HttpServer server = serve(200, "{\"model\":\"a\"}\n");

    assertThat(outcome(http(server, "\"model\":\"a\""))).isEmpty();
    assertThat(outcome(http(server, null))).isEmpty();
    assertThat(outcome(http(server, "\"model\":\"b\"")))
        .isEqualTo(failed("healthz", "the answer lacks '\"model\":\"b\"': {\"model\":\"a\"}"));
    server.stop(0);
  }

  @Test
  void anHttpErrorFails() throws Exception {
    HttpServer server = serve(500, "out of memory\n");

    assertThat(outcome(http(server, null)))
        .isEqualTo(failed("healthz", "HTTP status 500: out of memory"));
    server.stop(0);
  }

  @Test
  void aServiceThatNeverAnswersFails() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      String port = Integer.toString(silent.getLocalPort());

      assertThat(outcome(new Probe.Http("healthz", 1, 1, port, "/", null)))
          .isEqualTo(failed("healthz", "no answer within 1 s"));
    }
  }

  @Test
  void aPortThatOpensPassesAndAClosedOneFails() throws Exception {
    String port;
    try (ServerSocket open = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      port = Integer.toString(open.getLocalPort());
      assertThat(outcome(new Probe.Tcp("port", 1, 30, port))).isEmpty();
    }
    assertThat(outcome(new Probe.Tcp("port", 1, 30, port)))
        .isEqualTo(failed("port", "127.0.0.1:" + port + ": Connection refused"));
  }

  /// Each answers rightly; what they are allowed is what no machine keeps to, or any does.
  @Test
  void whatIsRightButLateFailsAndSaysBothTimes() throws Exception {
    HttpServer server = serve(200, "ok", 80);
    String port = Integer.toString(server.getAddress().getPort());
    List<Probe> late =
        List.of(
            new Probe.Http("late", 1, 20, null, 79, port, "/healthz", "ok"),
            new Probe.Exec("late", 1, 20, null, 79, List.of("/bin/sleep", "0.08")));
    List<Probe> inTime =
        List.of(
            new Probe.Http("soon", 1, 20, null, 20_000, port, "/healthz", "ok"),
            new Probe.Exec("soon", 1, 20, null, 20_000, List.of("/bin/sleep", "0.08")),
            new Probe.Tcp("soon", 1, 20, null, 20_000, port));

    for (Probe probe : late) {
      assertThat(outcome(probe))
          .get(InstanceOfAssertFactories.type(Reason.ProbeSlow.class))
          .satisfies(
              it -> {
                assertThat(it.tookMillis()).isGreaterThanOrEqualTo(80);
                assertThat(ReasonText.say(it))
                    .startsWith("Probe late was answered too late: it took " + it.tookMillis())
                    .contains(" ms, and its release allows 79 ms;");
              });
    }
    for (Probe probe : inTime) {
      assertThat(outcome(probe)).isEmpty();
    }
    server.stop(0);
  }

  @Test
  void whatIsWrongIsWrongHoweverLateItComes() throws Exception {
    HttpServer server = serve(500, "out of memory", 80);
    String port = Integer.toString(server.getAddress().getPort());

    assertThat(outcome(new Probe.Http("healthz", 1, 60, null, 1, port, "/healthz", null)))
        .isEqualTo(failed("healthz", "HTTP status 500: out of memory"));
    server.stop(0);
  }

  private static Probe http(HttpServer server, @Nullable String expect) {
    String port = Integer.toString(server.getAddress().getPort());
    return new Probe.Http("healthz", 1, 60, port, "/healthz", expect);
  }

  private static HttpServer serve(int status, String body) throws IOException {
    return serve(status, body, 0);
  }

  private static HttpServer serve(int status, String body, long afterMillis) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/healthz",
        exchange -> {
          long from = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(afterMillis);
          for (long left = from - System.nanoTime(); left > 0; left = from - System.nanoTime()) {
            LockSupport.parkNanos(left);
          }
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }
}
