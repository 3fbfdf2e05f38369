package dev.tombolo.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.daemon.DataFolderLock;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.desired.WorkloadsSection.Selection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ApplicationStatus.Phase;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonKind;
import dev.tombolo.protocol.reason.ReasonSamples;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import dev.tombolo.protocol.token.TokenSecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TomboloAgentTest {
  private static final Digest FIRST = Digest.ofText("1");
  private static final Digest SECOND = Digest.ofText("2");

  @TempDir Path data = Path.of("unset");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = AllCommands.line();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  /// A device that rolled its second release back.
  private static Enrolment enrolment() {
    return new Enrolment(
        DeviceId.ofKey(new byte[] {1}),
        new Name("north"),
        new Name("store-1"),
        new Name("counter-1"),
        Digest.ofText("root"),
        Digest.ofText("publisher"),
        "pem",
        new History(1, "first"),
        List.of("wss://hub:8443/mqtt"),
        "https://hub:8443",
        "incarnation");
  }

  private void joined() throws IOException, StoreException {
    ApplicationStatus status =
        new ApplicationStatus(
            new Name("people"),
            Phase.ROLLED_BACK,
            SECOND,
            "2.0",
            FIRST,
            "1.0",
            null,
            1_790_000_000_000L,
            10,
            10,
            4711,
            List.of(
                new Reason.RolledBack(
                    SECOND, FIRST, new Reason.ProbeFailed("golden-set", "wrong neighbour"))));
    try (SqliteAgentStore store = SqliteAgentStore.create(data, enrolment())) {
      store.commit(
          List.of(
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(status), List.of(), Map.of()), 5)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"enroll", "run", "status", "why", "logs", "doctor"})
  void everyCommandHelpsWithAnExample(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).contains("Example").contains("tombolo-agent " + command);
  }

  @Test
  void whatAnEnrolmentMakesIsForItsOwnerOnly() throws IOException {
    String token =
        JoinTokenCodec.encode(
            new JoinToken(
                "0011223344556677",
                new TokenSecret(new byte[TokenSecret.BYTES]),
                FIRST,
                SECOND,
                4_000_000_000L,
                List.of("localhost:1")));
    Path made = data.resolve("var/lib/agent");

    assertThat(run("enroll", "--token", token, "--data", made.toString())).isNotZero();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
  }

  @Test
  void onlyABareRunIsUnderstoodWithoutTheParser() {
    assertThat(TomboloAgent.bareRun(new String[] {"run"})).contains(DataFolder.USUAL);
    assertThat(TomboloAgent.bareRun(new String[] {"run", "--data", "/d/../e"}))
        .contains(Path.of("/e"));
    for (String other :
        List.of("", "status", "run --help", "run --data", "run --data --help", "run --date x")) {
      assertThat(TomboloAgent.bareRun(other.split(" "))).as(other).isEmpty();
    }
    assertThat(TomboloAgent.bareRun(new String[0])).isEmpty();
  }

  @Test
  void whatTheAgentSaysToUnpackIsUnderstoodWithoutTheParser() {
    String said = "bundle apply --by-digest --bundle /b --out /o";
    Path bundle = Path.of("/b");
    Path made = Path.of("/o");

    assertThat(UnpackRun.of(said.split(" ")))
        .contains(new UnpackRun(null, bundle, made, 0, OptionalLong.empty()));
    assertThat(UnpackRun.of((said + " --base /a").split(" ")))
        .contains(new UnpackRun(Path.of("/a"), bundle, made, 0, OptionalLong.empty()));
    assertThat(UnpackRun.of((said + " --base /a --coming 70").split(" ")))
        .contains(new UnpackRun(Path.of("/a"), bundle, made, 70, OptionalLong.empty()));
    assertThat(UnpackRun.of((said + " --base /a --coming 70 --makes 9").split(" ")))
        .contains(new UnpackRun(Path.of("/a"), bundle, made, 70, OptionalLong.of(9)));
    for (String other :
        List.of(
            "bundle apply --bundle /b --out /o",
            said + " --json",
            said + " --coming -7",
            said + " --coming",
            said + " --makes x",
            said + " --base /a --help")) {
      assertThat(UnpackRun.of(other.split(" "))).as(other).isEmpty();
    }
  }

  @Test
  void plainWordsToApplyABundleAreUnderstoodWithoutTheParser() {
    Path bundle = Path.of("/b");
    Path out = Path.of("o");

    assertThat(ApplyRun.of("bundle apply --out o --bundle /b".split(" ")))
        .contains(new ApplyRun(null, bundle, out, false, false));
    assertThat(ApplyRun.of("bundle apply --base a --bundle /b --json --out o".split(" ")))
        .contains(new ApplyRun(Path.of("a"), bundle, out, false, true));
    assertThat(ApplyRun.of("bundle apply --by-digest --bundle /b --out o".split(" ")))
        .contains(new ApplyRun(null, bundle, out, true, false));
    for (String other :
        List.of(
            "bundle",
            "bundle apply",
            "bundle apply --help",
            "bundle apply --bundle /b",
            "bundle apply --bundle /b --out",
            "bundle apply --bundle /b --out --json",
            "bundle apply --bundle /b --out=o",
            "bundle apply --bundle /b --out o --out p",
            "bundle apply --bundle /b --out @o",
            "bundle apply --bundle /b --out o --by-digest --by-digest",
            "bundle apply --bundle /b --out o more")) {
      assertThat(ApplyRun.of(other.split(" "))).as(other).isEmpty();
    }
  }

  @Test
  void theStatusIsThereWithTheAgentStopped() throws IOException, StoreException {
    joined();

    assertThat(run("status", "--data", data.toString())).isZero();

    assertThat(out.toString())
        .contains("store-1/counter-1", "not running", "rolled-back", "1.0", "4711");
  }

  @Test
  void theStatusIsJsonForScripts() throws IOException, StoreException {
    joined();

    assertThat(run("status", "--json", "--data", data.toString())).isZero();

    assertThat(out.toString())
        .startsWith("{\"device\":\"dev-")
        .contains("\"running\":false", "\"phase\":\"rolled-back\"", "\"pid\":4711");
  }

  @Test
  void whySaysTheCause() throws IOException, StoreException {
    joined();

    assertThat(run("why", "people", "--data", data.toString())).isZero();
    assertThat(out.toString()).contains("people:").contains("golden-set");

    assertThat(run("why", "people", "--json", "--data", data.toString())).isZero();
    assertThat(out.toString()).contains("\"code\":\"rolled-back\"").contains("\"text\":");
  }

  /// The first line of `why` is why nothing new comes.
  @Test
  void whateverKeepsNewThingsFromComingHasASentenceOfItsOwn() throws Exception {
    Map<Class<?>, String> said = new HashMap<>();
    SqliteAgentStore.create(data, enrolment()).close();
    try (DataFolderLock _ = DataFolderLock.take(data)) {
      said.put(Reason.NothingHeard.class, why().getLast());
      for (Reason cause :
          List.of(new Reason.LineDown(7, "reset"), new Reason.HubCertificateDates(7, 8, 9))) {
        try (SqliteAgentStore store = SqliteAgentStore.open(data, _ -> {})) {
          store.commit(List.of(new AgentChange.LinkNoted(false, 7, cause)));
        }
        said.put(cause.getClass(), why().getFirst());
        assertThat(why().getFirst()).isEqualTo("device: " + ReasonText.say(cause));
      }
    }
    said.put(Reason.AgentStopped.class, why().getFirst());

    assertThat(said.keySet()).isEqualTo(ReasonKind.OF_THE_LINE.all());
    assertThat(said.values()).doesNotHaveDuplicates();
  }

  /// The line ends by what the hub says when it refuses it, and that may be any reason.
  @Test
  void whateverTheLineEndedByIsTheFirstThatIsSaid() throws Exception {
    SqliteAgentStore.create(data, enrolment()).close();
    try (DataFolderLock _ = DataFolderLock.take(data);
        SqliteAgentStore store = SqliteAgentStore.open(data, _ -> {})) {
      for (Class<? extends Reason> type : ReasonKind.types()) {
        Reason cause = ReasonSamples.plain(type);
        store.commit(List.of(new AgentChange.LinkNoted(false, 7, cause)));

        assertThat(why().getFirst()).isEqualTo("device: " + ReasonText.say(cause));
      }
    }
  }

  /// The hub has refused it for that, and the device finds it, too.
  @Test
  void thatTheCertificateHasRunOutIsSaidOnce() throws Exception {
    Reason expired = new Reason.CertificateExpired("dev-1", 7);
    try (SqliteAgentStore store = SqliteAgentStore.create(data, enrolment())) {
      store.commit(
          List.of(
              new AgentChange.LinkNoted(false, 7, expired),
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(), List.of(expired), Map.of()), 5)));
    }
    assertThat(why()).containsOnlyOnce("device: " + ReasonText.say(expired));
    try (DataFolderLock _ = DataFolderLock.take(data)) {
      assertThat(why()).containsOnlyOnce("device: " + ReasonText.say(expired));
    }
  }

  private List<String> why() {
    out.getBuffer().setLength(0);
    assertThat(run("why", "--data", data.toString())).isZero();
    return out.toString().lines().toList();
  }

  @Test
  void whyOfADeviceThatHasHeardNothingYetDoesNotSayThatNothingIsAssigned()
      throws IOException, StoreException {
    SqliteAgentStore.create(data, enrolment()).close();

    assertThat(run("why", "--data", data.toString())).isZero();

    assertThat(out.toString())
        .contains("The agent is not running", "has heard nothing from the hub")
        .doesNotContain("No release is assigned");
  }

  @Test
  void whySaysWhatWasTriedBeforeWhenTheHubHasTakenItBack() throws IOException, StoreException {
    joined();
    ApplicationStatus live =
        new ApplicationStatus(
            new Name("people"),
            Phase.LIVE,
            FIRST,
            "1.0",
            FIRST,
            "1.0",
            null,
            1_790_000_000_000L,
            10,
            10,
            4711,
            List.of(new Reason.UpToDate()));
    Assignment first = new Assignment(FIRST, "1.0", Map.of());
    FailedTry failed =
        new FailedTry(
            SECOND,
            "2.0",
            1_790_000_000_000L,
            new Reason.ProbeFailed("golden-set", "2 of 4 wrong"));
    try (SqliteAgentStore store = SqliteAgentStore.open(data, notice -> {})) {
      store.commit(
          List.of(
              new AgentChange.ApplicationKept(
                  new AgentSnapshot.Application(
                      new Name("people"),
                      new ReleaseState.Live(first, Optional.empty()),
                      1,
                      Optional.empty(),
                      Optional.of(failed),
                      Map.of())),
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(live), List.of(), Map.of()), 5)));
    }

    assertThat(run("why", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains(
            "people: 2.0 was tried here and rolled back at 2026-09-21T",
            "golden-set",
            "2 of 4 wrong");

    assertThat(run("why", "people", "--json", "--data", data.toString())).isZero();
    assertThat(out.toString()).contains("\"failedTry\":{\"version\":\"2.0\"");
  }

  /// Only the hub reckons what counts; the document says so to the device.
  @Test
  void whySaysOfflineWhatCountsHereInsteadOfARollout() throws IOException, StoreException {
    joined();
    holds(
        new Selection(
            new Name("people"),
            FIRST,
            "1.0",
            Map.of(),
            null,
            new WorkloadsSection.Overruled(new Name("r1"), "2.0", "site/store-1")));

    assertThat(run("why", "people", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains(
            "people: Rollout r1 (people@2.0) is superseded here by layer site/store-1: people@1.0"
                + " was assigned there since");

    assertThat(run("why", "people", "--json", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains("\"code\":\"rollout-overruled\"", "\"layer\":\"site/store-1\"");
  }

  @Test
  void whySaysByWhatItIsUpToDateWhenTheLineIsDown() throws IOException, StoreException {
    joined();
    ApplicationStatus live =
        new ApplicationStatus(
            new Name("people"),
            Phase.LIVE,
            FIRST,
            "1.0",
            FIRST,
            "1.0",
            null,
            1_790_000_000_000L,
            10,
            10,
            4711,
            List.of(new Reason.UpToDate()));
    try (SqliteAgentStore store = SqliteAgentStore.open(data, notice -> {})) {
      store.commit(
          List.of(
              new AgentChange.LinkNoted(false, 1_790_000_000_000L, new Reason.LineDown(0, "cut")),
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(live), List.of(), Map.of()), 5)));
    }

    assertThat(run("why", "people", "--data", data.toString())).isZero();

    assertThat(out.toString())
        .contains(
            "people: Everything wanted is live; nothing to do.",
            "people: That is by what the hub has told by 2026-09-21T14:13:20Z; what has come"
                + " since, and a rollout's wave that is not open yet, only the hub knows: tombolo"
                + " why store-1/counter-1.");
  }

  @Test
  void whySaysTheWavesNameAndWhoKnowsHowFarItIs() throws IOException, StoreException {
    joined();
    ApplicationStatus staged =
        new ApplicationStatus(
            new Name("people"),
            Phase.STAGED,
            SECOND,
            "2.0",
            FIRST,
            "1.0",
            null,
            1_790_000_000_000L,
            10,
            10,
            4711,
            List.of(new Reason.PermitAwaited("r1", 1, "early")));
    try (SqliteAgentStore store = SqliteAgentStore.open(data, notice -> {})) {
      store.commit(
          List.of(
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(staged), List.of(), Map.of()), 5)));
    }

    assertThat(run("why", "people", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains(
            "people: The switch waits for a permit of rollout r1, wave early;",
            "people: How far that wave is, and what it waits for, only the hub knows: tombolo why"
                + " store-1/counter-1.");
  }

  @Test
  void whyAndStatusSayHowMuchIsHereOfWhatWaits() throws IOException, StoreException {
    joined();
    ApplicationStatus fetching =
        new ApplicationStatus(
            new Name("people"),
            Phase.FETCHING,
            SECOND,
            "2.0",
            FIRST,
            "1.0",
            null,
            1_790_000_000_000L,
            200_000_000,
            300_000_000,
            4711,
            List.of(new Reason.TransfersPaused("ann", "the tills are slow", 7)),
            null,
            new Transfer(Transfer.How.BUNDLE, FIRST, 0));
    try (SqliteAgentStore store = SqliteAgentStore.open(data, notice -> {})) {
      store.commit(
          List.of(
              new AgentChange.StatusKept(
                  new ReportBody.State(null, 3, List.of(fetching), List.of(), Map.of()), 5)));
    }
    String here =
        "Of the bundle from people@1.0 to people@2.0, 200000000 of 300000000 bytes (66%) are on"
            + " this device; the download goes on from there.";

    assertThat(why()).contains("people: " + here);
    assertThat(run("status", "--data", data.toString())).isZero();
    assertThat(out.toString()).contains("  why     " + here);
    assertThat(run("why", "people", "--json", "--data", data.toString())).isZero();
    assertThat(out.toString())
        .contains("{\"code\":\"download-held\"", "\"done\":200000000,\"total\":300000000");
  }

  private void holds(Selection selection) throws IOException, StoreException {
    Section workloads =
        new Section(Section.WORKLOADS, Json.write(new WorkloadsSection(List.of(selection))));
    DesiredManifest manifest =
        new DesiredManifest(
            enrolment().device(),
            enrolment().history(),
            4,
            1_790_000_000_000L,
            List.of(),
            List.of(new DesiredManifest.SectionRef(Section.WORKLOADS, workloads.digest())));
    String payload = Json.write(manifest);
    Envelope envelope =
        new Envelope(
            DesiredManifest.PAYLOAD_TYPE,
            Base64.getEncoder().encodeToString(payload.getBytes(StandardCharsets.UTF_8)),
            List.of());
    try (SqliteAgentStore store = SqliteAgentStore.open(data, notice -> {})) {
      store.commit(
          List.of(
              new AgentChange.SectionKept(workloads),
              new AgentChange.DocumentHeld(
                  new HeldDocument(envelope, manifest, Digest.ofText(payload)))));
    }
  }

  @Test
  void whyOfAnUnknownApplicationNamesTheKnownOnes() throws IOException, StoreException {
    joined();

    assertThat(run("why", "peple", "--data", data.toString())).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(err.toString()).contains("peple").contains("people");
  }

  @Test
  void logsAreTheLastWholeLinesOfWhatWasPrinted() throws IOException {
    Path output = Files.createDirectories(data.resolve("apps/people")).resolve("output.log");
    StringBuilder printed = new StringBuilder();
    for (int n = 1; n <= 10_000; n++) {
      printed.append("counted ").append(n).append('\n');
    }
    Files.writeString(output, printed);

    assertThat(run("logs", "people", "--lines", "2", "--data", data.toString())).isZero();
    assertThat(out.toString()).isEqualTo("counted 9999\ncounted 10000\n");

    assertThat(run("logs", "people", "--lines", "100000", "--data", data.toString())).isZero();
    assertThat(out.toString().lines()).allMatch(line -> line.startsWith("counted "));

    assertThat(run("logs", "peple", "--data", data.toString())).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(err.toString()).contains("peple");
    assertThat(run("logs", "people", "--lines", "0", "--data", data.toString()))
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aFolderWithoutADeviceSaysSo() {
    assertThat(run("status", "--data", data.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("not enrolled");
    assertThat(run("run", "--data", data.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("tombolo-agent enroll");
  }

  @Test
  void twoAgentsOnOneFolderAreOneTooMany() throws IOException, StoreException {
    joined();
    try (DataFolderLock _ = DataFolderLock.take(data)) {
      assertThat(run("run", "--data", data.toString())).isEqualTo(ExitCode.FAILED);
    }
    assertThat(err.toString()).contains("another agent runs on");
  }

  @Test
  void aMistypedTokenIsToldBeforeAnythingIsDone() {
    assertThat(run("enroll", "--token", "tmb1_000", "--data", data.toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("tombolo-agent:");
    assertThat(data).isEmptyDirectory();
  }

  @Test
  void aDeviceThatHasJoinedDoesNotJoinTwice() throws IOException, StoreException {
    joined();

    String token =
        dev.tombolo.protocol.token.JoinTokenCodec.encode(
            new dev.tombolo.protocol.token.JoinToken(
                "0011223344556677",
                new dev.tombolo.protocol.token.TokenSecret(new byte[20]),
                FIRST,
                SECOND,
                2_000_000_000L,
                List.of("hub:8443")));
    assertThat(run("enroll", "--token", token, "--data", data.toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("has joined already");
  }

  /// As `install.sh` asks: a damaged database must not be taken for a device that has not joined.
  @Test
  void whetherItHasJoinedIsToldWithADamagedDatabaseToo() throws IOException, StoreException {
    assertThat(run("enroll", "--check", "--data", data.toString())).isEqualTo(ExitCode.NOT_FOUND);
    joined();
    assertThat(run("enroll", "--check", "--data", data.toString())).isZero();
    Files.writeString(data.resolve("agent.db"), "no database any more, but long enough for a page");
    assertThat(run("status", "--data", data.toString())).isNotZero();

    assertThat(run("enroll", "--check", "--data", data.toString())).isZero();
  }

  @Test
  void aWrongSettingIsAUsageErrorWithItsLine() throws IOException {
    Files.writeString(data.resolve("agent.properties"), "lopback.port=1\n");

    assertThat(run("doctor", "--data", data.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("agent.properties line 1");
  }

  @Test
  void theDoctorSaysWhatToDo() {
    assertThat(run("doctor", "--data", data.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("ok   data folder").contains("BAD  enrolment", "do: ");
  }

  @Test
  void unknownOptionsAreUsageErrors() {
    assertThat(run("status", "--colour")).isEqualTo(ExitCode.USAGE);
    assertThat(run("enroll")).isEqualTo(ExitCode.USAGE);
  }
}
