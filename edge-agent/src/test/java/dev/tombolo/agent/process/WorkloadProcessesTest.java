package dev.tombolo.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.session.ProcessTable;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestRelease;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class WorkloadProcessesTest {
  private static final String FOREVER = "while :; do sleep 0.1; done\n";

  @TempDir Path data;
  private final Events events = new Events();
  private AutoCloseable open = () -> {};
  private final List<Long> sessions = new ArrayList<>();

  @AfterEach
  void endAll() throws Exception {
    open.close();
    sessions.forEach(session -> ProcessTable.end(ProcessTable.ofSession(session), true));
  }

  private WorkloadProcesses processes(TestRelease release) {
    return processes(release, List.of());
  }

  private WorkloadProcesses processes(TestRelease release, List<String> prefix) {
    WorkloadProcesses made = new WorkloadProcesses(events, release.places(), prefix);
    open = made;
    return made;
  }

  private ProcessIdentity start(WorkloadProcesses processes, TestRelease release)
      throws InterruptedException {
    return start(processes, release, release.spec());
  }

  private ProcessIdentity start(WorkloadProcesses processes, TestRelease release, WorkloadSpec spec)
      throws InterruptedException {
    processes.perform(new AgentEffect.StartWorkload(release.application(), release.digest(), spec));
    ProcessIdentity process = events.await(AgentEvent.WorkloadStarted.class).process();
    sessions.add(process.pid());
    return process;
  }

  @Test
  void runsInItsOwnSessionWithAnEnvironmentMadeFromNothing() throws Exception {
    TestRelease release =
        TestRelease.of(
            data, "env | sort; pwd; echo release=$RELEASE; echo session of $$ " + "\n" + FOREVER);

    ProcessIdentity process = start(processes(release, List.of("nice", "-n", "1")), release);

    Until.holds("the script prints", () -> release.output().contains("session of"));
    assertThat(ProcessTable.ofSession(process.pid())).contains(process.pid());
    assertThat(release.output())
        .contains("session of " + process.pid())
        .contains("release=" + release.digest())
        .contains("HOME=" + data.resolve("apps/counter/work"))
        .contains("TOMBOLO_LOOPBACK_TOKEN=secret")
        .contains("\n" + data.resolve("apps/counter/work") + "\n")
        .doesNotContain("JAVA");
  }

  @Test
  void aStartThatCannotBeNotedAnewIsStillFoundByTheNextOne() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    ProcessIdentity first = startByANewAgent(release);
    // As on a full disk: no new note can be written.
    Files.createDirectories(data.resolve("apps/counter/start.tmp/full"));

    ProcessIdentity second = startByANewAgent(release);
    ProcessIdentity third = startByANewAgent(release);

    assertThat(ProcessTable.isAlive(first)).isFalse();
    assertThat(ProcessTable.isAlive(second)).isFalse();
    assertThat(ProcessTable.isAlive(third)).isTrue();
  }

  private ProcessIdentity startByANewAgent(TestRelease release) throws Exception {
    try (WorkloadProcesses processes = processes(release)) {
      return start(processes, release);
    }
  }

  @Test
  void whatRunsAlreadyIsToldAgainToALoopThatLostTheAnswer() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity first = start(processes, release);

    assertThat(start(processes, release)).isEqualTo(first);
    assertThat(ProcessTable.isAlive(first)).isTrue();
  }

  @Test
  void theEndOfWhatAnotherStartReplacesIsTold() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity first = start(processes, release);

    ProcessIdentity second =
        start(processes, release, release.spec(new WorkloadSpec.Reload.Signal("HUP")));

    assertThat(ProcessTable.isAlive(first)).isFalse();
    assertThat(ProcessTable.isAlive(second)).isTrue();
    assertThat(events.taken())
        .extracting(Object::getClass)
        .containsExactly(
            AgentEvent.WorkloadStarted.class,
            AgentEvent.WorkloadExited.class,
            AgentEvent.WorkloadStarted.class);
  }

  @Test
  void aReloadCommandRunsBehindThePrefixOfWorkloads() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release, List.of("/usr/bin/env", "WHERE=elsewhere"));
    WorkloadSpec spec =
        release.spec(
            new WorkloadSpec.Reload.Command(List.of("/bin/sh", "-c", "echo $WHERE; exit 9")));
    ProcessIdentity process = start(processes, release, spec);

    processes.perform(
        new AgentEffect.ReloadWorkload(release.application(), release.digest(), process, spec));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure().toString())
        .contains("exit code 9: elsewhere");
  }

  @Test
  void outputBeyondItsQuotaIsCutThoughThereIsNoRoomForACopy() throws Exception {
    Path file = Files.writeString(data.resolve("output"), "x".repeat(1000));
    Files.createDirectories(data.resolve("output.1.tmp/full"));
    OutputLog log = new OutputLog(file, 100);

    assertThatThrownBy(log::keepQuota).isInstanceOf(java.io.IOException.class);

    assertThat(file).isEmptyFile();
  }

  @Test
  void tellsExitCodeAndLastLine() throws Exception {
    TestRelease release = TestRelease.of(data, "echo one; echo 'no model' >&2; exit 3\n");
    WorkloadProcesses processes = processes(release);

    ProcessIdentity process = start(processes, release);

    assertThat(events.await(AgentEvent.WorkloadExited.class))
        .isEqualTo(new AgentEvent.WorkloadExited(release.application(), process, 3, "no model"));
  }

  @Test
  void aMissingProgramIsToldAndNothingRuns() throws Exception {
    TestRelease release = TestRelease.of(data, "");
    WorkloadSpec spec = release.spec();
    WorkloadSpec missing =
        new WorkloadSpec(
            spec.type(),
            List.of("${release.dir}/absent"),
            Map.of(),
            spec.reload(),
            List.of(),
            1,
            1,
            1);

    processes(release)
        .perform(new AgentEffect.StartWorkload(release.application(), release.digest(), missing));

    assertThat(events.await(AgentEvent.WorkloadStartFailed.class).reason().toString())
        .contains("absent' is not a program on this device");
  }

  @Test
  void stoppingEndsTheWholeSession() throws Exception {
    TestRelease release = TestRelease.of(data, "sleep 600 &\necho started\nwait\n");
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("both run", () -> ProcessTable.ofSession(process.pid()).size() == 2);

    processes.perform(new AgentEffect.StopWorkload(release.application(), process, 60));

    assertThat(events.await(AgentEvent.WorkloadExited.class).exitCode()).isEqualTo(128 + 15);
    Until.holds("none is left", () -> ProcessTable.ofSession(process.pid()).isEmpty());
  }

  @Test
  void whatDoesNotHearIsKilledAfterTheGrace() throws Exception {
    TestRelease release = TestRelease.of(data, "trap '' TERM\necho deaf\n" + FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("it is deaf", () -> release.output().contains("deaf"));

    processes.perform(new AgentEffect.StopWorkload(release.application(), process, 1));

    assertThat(events.await(AgentEvent.WorkloadExited.class).exitCode()).isEqualTo(128 + 9);
    Until.holds("none is left", () -> ProcessTable.ofSession(process.pid()).isEmpty());
  }

  /// Ends at once when it is told to; what it has started first writes down what it has.
  private static final String WRAPPER =
      """
      sh -c 'trap "sleep 0.5; echo written; exit" TERM; echo ready; while :; do sleep 0.1; done' &
      wait
      """;

  @Test
  void whatAWrapperHasStartedHasTheGraceToo() throws Exception {
    TestRelease release = TestRelease.of(data, WRAPPER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("it is ready", () -> release.output().contains("ready"));

    processes.perform(new AgentEffect.StopWorkload(release.application(), process, 30));

    AgentEvent.WorkloadExited exited = events.await(AgentEvent.WorkloadExited.class);
    assertThat(exited.exitCode()).isEqualTo(128 + 15);
    assertThat(exited.lastOutput()).isEqualTo("written");
    assertThat(ProcessTable.ofSession(process.pid())).isEmpty();
  }

  @Test
  void whatAnAdoptedWrapperHasStartedHasTheGraceToo() throws Exception {
    // Longer than until its end is seen.
    TestRelease release = TestRelease.of(data, WRAPPER.replace("sleep 0.5", "sleep 2.5"));
    ProcessIdentity process = startByANewAgent(release);
    Until.holds("it is ready", () -> release.output().contains("ready"));

    processes(release).perform(new AgentEffect.StopWorkload(release.application(), process, 30));

    AgentEvent.WorkloadExited exited = events.await(AgentEvent.WorkloadExited.class);
    assertThat(exited.exitCode()).isEqualTo(-1);
    assertThat(exited.lastOutput()).isEqualTo("written");
    assertThat(ProcessTable.ofSession(process.pid())).isEmpty();
  }

  @Test
  void whatAWrapperHasStartedAndDoesNotHearIsKilledAfterTheGrace() throws Exception {
    TestRelease release =
        TestRelease.of(
            data, "sh -c 'trap \"\" TERM; echo deaf; " + FOREVER.strip() + "' &\nwait\n");
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("it is deaf", () -> release.output().contains("deaf"));

    processes.perform(new AgentEffect.StopWorkload(release.application(), process, 1));

    assertThat(events.await(AgentEvent.WorkloadExited.class).exitCode()).isEqualTo(128 + 15);
    Until.holds("none is left", () -> ProcessTable.ofSession(process.pid()).isEmpty());
  }

  /// What it has started leads a session of its own.
  private static final String LEAVING =
      """
      setsid sh -c 'trap "echo written; exit" TERM; echo ready; while :; do sleep 0.1; done' &
      """;

  @Test
  void whatLeftTheSessionEndsToo() throws Exception {
    TestRelease release = TestRelease.of(data, LEAVING + FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("it is ready", () -> release.output().contains("ready"));

    processes.perform(new AgentEffect.StopWorkload(release.application(), process, 30));

    AgentEvent.WorkloadExited exited = events.await(AgentEvent.WorkloadExited.class);
    assertThat(exited.lastOutput()).isEqualTo("written");
    assertThat(marked()).isEmpty();
  }

  @Test
  void whatLeftTheSessionOfAProcessThatEndsEndsToo() throws Exception {
    TestRelease release = TestRelease.of(data, LEAVING + "read line <" + fifo() + "\nexit 7\n");
    WorkloadProcesses processes = processes(release);
    start(processes, release);
    Until.holds("it is ready", () -> release.output().contains("ready"));

    Files.writeString(data.resolve("fifo"), "end\n", StandardOpenOption.WRITE);

    assertThat(events.await(AgentEvent.WorkloadExited.class).exitCode()).isEqualTo(7);
    Until.holds("none is left", () -> marked().isEmpty());
  }

  private Path fifo() throws Exception {
    Path fifo = data.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    return fifo;
  }

  private List<Long> marked() throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      Path note =
          all.filter(it -> it.getFileName().toString().equals("start")).findFirst().orElseThrow();
      return ProcessTable.withSetting(StartNote.variable() + "=" + Files.readString(note).strip());
    }
  }

  @Test
  void aKilledAgentLeavesTheWorkloadRunningAndTheNextAdoptsIt() throws Exception {
    String script = "i=0\nwhile :; do i=$((i+1)); echo $i; sleep 0.05; done\n";
    Path file = Files.writeString(data.resolve("script"), script);
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                AgentInOneFile.class.getName(),
                data.toString(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String[] said =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8))
            .readLine()
            .split(" ");
    ProcessIdentity process =
        new ProcessIdentity(said[0], Long.parseLong(said[1]), Long.parseLong(said[2]));
    sessions.add(process.pid());

    agent.destroyForcibly();
    assertThat(agent.waitFor(2, TimeUnit.MINUTES)).isTrue();

    TestRelease release = TestRelease.of(data, script);
    String before = release.output();
    Until.holds("it goes on printing", () -> release.output().length() > before.length() + 20);
    assertThat(ProcessTable.isAlive(process)).isTrue();
    WorkloadProcesses next = processes(release);
    next.perform(new AgentEffect.AdoptWorkload(release.application(), process));
    next.perform(new AgentEffect.StopWorkload(release.application(), process, 60));
    AgentEvent.WorkloadExited exited = events.await(AgentEvent.WorkloadExited.class);
    assertThat(exited.process()).isEqualTo(process);
    assertThat(exited.exitCode()).isEqualTo(-1);
    assertThat(exited.lastOutput()).matches("[0-9]+");
  }

  @Test
  void anAdoptedProcessThatIsGoneIsToldAtOnce() throws Exception {
    TestRelease release = TestRelease.of(data, "");
    ProcessIdentity gone = new ProcessIdentity(ProcessTable.bootId(), 4_000_000, 1);

    processes(release).perform(new AgentEffect.AdoptWorkload(release.application(), gone));

    assertThat(events.await(AgentEvent.WorkloadMissing.class).process()).isEqualTo(gone);
  }

  @Test
  void anotherProcessWithTheSamePidIsLeftAlone() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    ProcessIdentity earlier =
        new ProcessIdentity(process.bootId(), process.pid(), process.startTicks() - 1);

    processes.perform(new AgentEffect.StopWorkload(release.application(), earlier, 0));

    assertThat(events.await(AgentEvent.WorkloadExited.class).process()).isEqualTo(earlier);
    assertThat(ProcessTable.isAlive(process)).isTrue();
  }

  @Test
  void aStartWhoseReportWasLostIsEndedBeforeTheNext() throws Exception {
    TestRelease release = TestRelease.of(data, "trap 'echo bye; exit' TERM\n" + FOREVER);
    ProcessIdentity first;
    try (WorkloadProcesses lost = processes(release)) {
      first = start(lost, release);
    }

    ProcessIdentity second = start(processes(release), release);

    assertThat(ProcessTable.isAlive(first)).isFalse();
    assertThat(ProcessTable.isAlive(second)).isTrue();
  }

  @Test
  void reloadsBySignal() throws Exception {
    TestRelease release = TestRelease.of(data, "trap 'echo again' USR1\necho ready\n" + FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    Until.holds("it is ready", () -> release.output().contains("ready"));

    processes.perform(reload(release, process, new WorkloadSpec.Reload.Signal("USR1")));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure()).isEmpty();
    Until.holds("it heard", () -> release.output().contains("again"));
  }

  @Test
  void reloadsByHttp() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    CompletableFuture<String> asked = new CompletableFuture<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/reload",
        exchange -> {
          asked.complete(exchange.getRequestMethod());
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    String port = Integer.toString(server.getAddress().getPort());

    processes.perform(reload(release, process, new WorkloadSpec.Reload.Http(port, "/reload")));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure()).isEmpty();
    assertThat(asked.get()).isEqualTo("POST");
    server.stop(0);
  }

  @Test
  void aReloadByHttpThatIsRefusedSaysTheStatus() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/reload",
        exchange -> {
          exchange.sendResponseHeaders(500, -1);
          exchange.close();
        });
    server.start();
    String port = Integer.toString(server.getAddress().getPort());

    processes.perform(reload(release, process, new WorkloadSpec.Reload.Http(port, "/reload")));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure())
        .contains(
            new Reason.ReloadFailed(
                "http", "POST http://127.0.0.1:" + port + "/reload answered 500"));
    server.stop(0);
  }

  @Test
  void aSignalToAProcessThatIsGoneSaysSo() throws Exception {
    TestRelease release = TestRelease.of(data, "exit 0\n");
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    events.await(AgentEvent.WorkloadExited.class);

    processes.perform(reload(release, process, new WorkloadSpec.Reload.Signal("HUP")));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure())
        .contains(
            new Reason.ReloadFailed("signal HUP", "process " + process.pid() + " runs no more"));
  }

  @Test
  void aReloadCommandThatFailsSaysWhy() throws Exception {
    TestRelease release = TestRelease.of(data, FOREVER);
    WorkloadProcesses processes = processes(release);
    ProcessIdentity process = start(processes, release);
    var command =
        new WorkloadSpec.Reload.Command(List.of("/bin/sh", "-c", "echo cannot load; exit 4"));

    processes.perform(reload(release, process, command));

    assertThat(events.await(AgentEvent.ReloadFinished.class).failure())
        .contains(new Reason.ReloadFailed("command", "exit code 4: cannot load"));
  }

  private static AgentEffect.ReloadWorkload reload(
      TestRelease release, ProcessIdentity process, WorkloadSpec.Reload reload) {
    return new AgentEffect.ReloadWorkload(
        release.application(), release.digest(), process, release.spec(reload));
  }

  /// Cut by the workload itself while the end of it was copied.
  @Test
  @Timeout(300)
  void aLogThatShrinksMeanwhileIsCopiedAsFarAsItGoes() throws Exception {
    Path file = Files.writeString(data.resolve("shrinks.log"), "counted");
    Path copy = data.resolve("copy");

    try (FileChannel from = FileChannel.open(file);
        FileChannel to =
            FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      OutputLog.copy(from, 2, 100_000, to);
    }

    assertThat(copy).hasContent("unted");
  }

  @Test
  void outputStaysBelowItsQuotaWhileTheWorkloadWrites() throws Exception {
    TestRelease release =
        TestRelease.of(data, "while :; do echo 0123456789012345678901234567890123456789; done\n");
    start(processes(release), release);
    Path file = release.folders().output(release.application());
    OutputLog log = new OutputLog(file, 64 * 1024);
    Until.holds("it is over", () -> Files.exists(file) && Files.size(file) > 128 * 1024);

    log.keepQuota();

    assertThat(Files.size(file.resolveSibling("output.log.1"))).isLessThanOrEqualTo(64 * 1024);
    Until.holds("it writes on at the new end", () -> Files.size(file) > 1024);
    assertThat(log.lastLine()).startsWith("0");
    byte[] begin = new byte[1];
    try (var in = Files.newInputStream(file)) {
      assertThat(in.read(begin)).isEqualTo(1);
    }
    assertThat(begin[0]).isNotZero();
  }
}
