package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands that ask a hub, against a real one.
@Tag("slow")
class HubCommandsTest {
  private static final String SHOPS =
      """
      apiVersion: tombolo.dev/v1
      kind: Fleet
      metadata: {name: retail, displayName: All shops}
      ---
      apiVersion: tombolo.dev/v1
      kind: Fleet
      metadata: {name: production, displayName: Do not touch}
      spec: {protected: true}
      ---
      apiVersion: tombolo.dev/v1
      kind: Site
      metadata: {name: store-117}
      spec: {fleet: retail, timeZone: Europe/Berlin}
      ---
      apiVersion: tombolo.dev/v1
      kind: Site
      metadata: {name: plant-1}
      spec: {fleet: production, timeZone: Europe/Berlin}
      ---
      apiVersion: tombolo.dev/v1
      kind: DeviceSlot
      metadata: {name: counter-1}
      spec: {site: store-117}
      """;

  @TempDir Path folder;
  @TempDir Path data;
  private final Cli cli = new Cli();
  private HubAlone hub;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    hub = new HubAlone(data);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void theFirstOperatorsTokenIsReadableByTheHubsUserAlone() throws IOException {
    Path token = data.resolve("admin-token");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(token)).startsWith("tbo_").hasLineCount(1);
  }

  @Test
  void theSameFileAppliedAgainChangesNothing() throws IOException {
    Cli.Said first = applyShops("--yes-really", "production");
    Cli.Said again = applyShops();

    assertThat(first.exit()).describedAs(first.err()).isZero();
    assertThat(first.out()).contains("fleet retail created").contains("counter-1 created");
    assertThat(again.exit()).describedAs(again.err()).isZero();
    assertThat(again.out()).contains("unchanged").doesNotContain("created");
  }

  @Test
  void aKitNeedsDevicesAndWordsThatAreNotGuessed() throws IOException {
    applyShops("--yes-really", "production");
    String[] create = {
      "kit", "create", "--site", "store-117", "--out", folder.resolve("k").toString()
    };
    Path words = Files.writeString(folder.resolve("words"), "too short\n");

    Cli.Said nobody = hub.run(cli, create);
    Cli.Said guessed = hub.run(cli, append(create, "--passphrase-file", words.toString()));

    assertThat(nobody.exit()).isEqualTo(1);
    assertThat(nobody.err()).contains("no device that takes part is there");
    assertThat(guessed.exit()).isEqualTo(2);
    assertThat(guessed.err()).contains("9 characters are too few");
    assertThat(folder.resolve("k")).doesNotExist();
  }

  @Test
  void aDryRunChangesNothing() throws IOException {
    Cli.Said said = applyShops("--dry-run", "--yes-really", "production");

    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out()).contains("fleet retail created");
    assertThat(said.err()).contains("nothing was changed");
    assertThat(hub.run(cli, "get", "fleets").err()).contains("no fleet yet");
  }

  @Test
  void aProtectedFleetChangesOnlyWithItsNameTyped() throws IOException {
    applyShops("--yes-really", "production");
    trustPublisher();
    String[] create = {"token", "create", "--fleet", "production", "--site", "plant-1"};

    Cli.Said script = hub.run(cli, create);
    assertThat(script.exit()).isEqualTo(5);
    assertThat(script.err()).contains("--yes-really production").contains("nothing was changed");

    Cli.Said other = hub.run(cli, append(create, "--yes-really", "retail"));
    assertThat(other.exit()).isEqualTo(5);
    assertThat(other.err()).contains("--yes-really names 'retail'");

    Cli.Said wrong = hub.run(new Cli().typing("retail"), create);
    assertThat(wrong.exit()).isEqualTo(5);
    assertThat(wrong.err()).contains("Type its name").contains("that is not its name");

    Cli.Said typed = hub.run(new Cli().typing("production"), create);
    assertThat(typed.exit()).describedAs(typed.err()).isZero();
    assertThat(typed.out()).startsWith("tmb1_");
  }

  @Test
  void aTokenIsShownOnceListedWithoutItsSecretAndRevocable() throws IOException {
    applyShops("--yes-really", "production");
    trustPublisher();

    Cli.Said made =
        hub.run(cli, "token", "create", "--fleet", "retail", "--slot", "store-117/counter-1");
    assertThat(made.exit()).describedAs(made.err()).isZero();
    assertThat(made.out().strip()).matches("tmb1_[0-9a-z]+");
    assertThat(made.err()).contains("tombolo-agent enroll").contains("H=hub.example:8443");

    Cli.Said list = hub.run(cli, "token", "list");
    assertThat(list.out())
        .contains("open")
        .contains("0 of 1")
        .contains("user:admin")
        .doesNotContain(made.out().strip());
    String id = list.lastLine().split(" ")[0];

    assertThat(hub.run(cli, "token", "revoke", id).exit()).isZero();
    assertThat(hub.run(cli, "token", "list").out()).contains("revoked");
    assertThat(hub.run(cli, "token", "revoke", made.out().strip()).exit()).isEqualTo(2);
    assertThat(hub.run(cli, "token", "revoke", "0000000000000000").exit()).isEqualTo(4);
  }

  @Test
  void aTokenNeedsAPublisherToPin() throws IOException {
    applyShops("--yes-really", "production");

    Cli.Said said = hub.run(cli, "token", "create", "--fleet", "retail");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("tombolo keys trust");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token create --fleet retial | 4 | retail",
        "token create --fleet retail --uses 501 | 1 | 500",
        "token create --fleet retail --life 8d | 1 | 7d",
        "token create --fleet retail --slot store-117 | 1 | SITE/SLOT",
        "token create --fleet retail --endpoint nonsense | 1 | HOST:PORT",
        "assign people-embedding@9 --fleet retail | 4 | people-embedding@9",
        "get device store-117/counter-1 | 4 | no device",
        "why store-117/counter-9 | 4 | store-117/counter-1",
        "why store-171/counter-1 | 4 | did you mean store-117/counter-1?",
        "explain stroe-117/counter-1 | 4 | did you mean store-117/counter-1?",
        "why nonsense | 1 | SITE/SLOT",
        "get device dev-000000000000000000000000 | 4 | dev-000000000000000000000000",
        "revoke dev-000000000000000000000000 --why lost | 4 | dev-000000000000000000000000",
        "device approve dev-000000000000000000000000 --why x | 4 | dev-000000000000000000000000",
        "device approve store-117/counter-1 --why x | 4 | no device",
        "device replace store-117/counter-1 | 1 | no device has it",
        "device replace store-117/counter-9 | 4 | store-117/counter-1",
        "device replace store-117/counter-1 --life 91d | 1 | 90d",
        "device list --quarantined --waiting | 2 | one of the two",
        "unassign people-embedding --fleet retail | 4 | people-embedding",
        "user revoke admin | 1 | only one left",
        "user revoke bob | 4 | bob",
        "user create Bob | 1 | 1-63 characters",
      })
  void whatTheHubRefusesIsSaidWithTheNextStep(String command, int exit, String words)
      throws IOException {
    applyShops("--yes-really", "production");
    trustPublisher();

    Cli.Said said = hub.run(cli, command.strip().split(" "));

    assertThat(said.err()).startsWith("error: ").contains(words).doesNotContain("Exception");
    assertThat(said.exit()).isEqualTo(exit);
  }

  @Test
  void aDevicesIdWithATypingMistakeIsRecognized() throws Exception {
    hub.close();
    String id;
    try (HubStore store = SqliteHubStore.open(folder.resolve("hub.db"))) {
      id = Scene.ready(new Scene(store)).joined("counter").device().text();
    }
    hub = new HubAlone(folder);
    String typed = id.substring(0, id.length() - 1) + (id.endsWith("7") ? '8' : '7');

    for (String command : List.of("why", "explain", "get device")) {
      Cli.Said said = hub.run(cli, (command + " " + typed).split(" "));

      assertThat(said.exit()).isEqualTo(4);
      assertThat(said.err()).contains("There is no device '" + typed, "did you mean " + id + "?");
    }
  }

  @Test
  void whySaysThatASiteHasItsOwnReleaseAndNotTheFleets() throws Exception {
    hub.close();
    try (HubStore store = SqliteHubStore.open(folder.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store));
      scene.joined("counter");
      scene.assign("people", "1.0.0");
      scene.command(
          new AdminCommand.Assign(
              new ReleaseRef(new Name("people"), "1.0.0"),
              Scene.FLEET,
              Optional.of(Scene.SITE),
              Optional.empty(),
              Optional.empty()));
      scene.assign("people", "2.0.0");
    }
    hub = new HubAlone(folder);

    Cli.Said why = hub.run(cli, "why", Scene.SLOT.toString());

    assertThat(why.exit()).describedAs(why.err()).isZero();
    assertThat(why.out())
        .contains(
            "  people: Layer fleet/production (people@2.0.0) is superseded here by the narrower"
                + " layer site/store-117, which has people@1.0.0; tombolo explain shows who"
                + " assigned it.");
  }

  /// A variable of a script that was not set.
  @ParameterizedTest
  @ValueSource(strings = {"rollout show", "rollout abort", "rollout watch", "get site", "why"})
  void anEmptyNameIsRefused(String command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.add("");

    Cli.Said said = hub.run(cli, words.toArray(String[]::new));

    assertThat(said.err()).startsWith("error: ").contains("names nothing");
    assertThat(said.exit()).isEqualTo(2);
  }

  @Test
  void whyHasAnAnswerForASlotThatNobodyHolds() throws IOException {
    applyShops("--yes-really", "production");

    Cli.Said said = hub.run(cli, "why", "store-117/counter-1");

    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out())
        .contains("No device has joined in slot store-117/counter-1")
        .contains("tombolo token create --fleet retail --slot store-117/counter-1");
  }

  @Test
  void aTokenForThisMachineAloneSaysSo() throws IOException {
    applyShops("--yes-really", "production");
    trustPublisher();

    assertThat(tokenHintFor("localhost:8443")).contains("only this machine");
    assertThat(tokenHintFor("hub.example.com:443")).doesNotContain("only this machine");
  }

  private String tokenHintFor(String endpoint) throws IOException {
    return hub.run(cli, "token", "create", "--fleet", "retail", "--endpoint", endpoint).err();
  }

  @Test
  void aReleaseIsPushedOnceAndAssigned() throws IOException {
    applyShops("--yes-really", "production");
    ReleaseFolder release = trustPublisher();
    release.sign(cli);
    String envelope = release.envelope().toString();

    Cli.Said pushed = hub.run(cli, "release", "push", envelope);
    assertThat(pushed.exit()).describedAs(pushed.err()).isZero();
    assertThat(pushed.out()).contains("people-embedding@1.0.0 pushed: 3 files, 24 B sent");

    Cli.Said again = hub.run(cli, "release", "push", envelope);
    assertThat(again.exit()).isZero();
    assertThat(again.out()).contains("is at the hub already: 0 files, 0 B sent, 3 were there");

    assertThat(hub.run(cli, "release", "list").out()).contains("people-embedding@1.0.0");
    assertThat(hub.run(cli, "release", "verify", envelope).exit()).isZero();
    Cli.Said assigned = hub.run(cli, "assign", "people-embedding@1.0.0", "--fleet", "retail");
    assertThat(assigned.exit()).describedAs(assigned.err()).isZero();
    assertThat(hub.run(cli, "get", "applications").out())
        .contains("people-embedding")
        .contains("retail")
        .contains("1.0.0");
    assertThat(hub.run(cli, "unassign", "people-embedding", "--fleet", "retail").exit()).isZero();
  }

  @Test
  void aFileThatChangedAfterSigningIsNotTaken() throws IOException {
    applyShops("--yes-really", "production");
    ReleaseFolder release = trustPublisher();
    release.sign(cli);
    release.write("model/weights.onnx", "weights 2");

    Cli.Said said = hub.run(cli, "release", "push", release.envelope().toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("digest");
    assertThat(hub.run(cli, "release", "list").err()).contains("no release yet");
  }

  @Test
  void aStrangersReleaseIsNotTaken() throws IOException {
    trustPublisher();
    ReleaseFolder stranger = new ReleaseFolder(folder.resolve("stranger")).withKeys(cli);
    stranger.sign(cli);

    Cli.Said said = hub.run(cli, "release", "push", stranger.envelope().toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("no trusted key signed it");
  }

  @Test
  void aSecondOperatorHasAnOwnTokenAndAnOwnNameInTheAudit() throws IOException {
    Cli.Said made = hub.run(cli, "user", "create", "alice");
    assertThat(made.exit()).describedAs(made.err()).isZero();
    Path token = folder.resolve("alice.token");
    Files.writeString(token, made.out());

    String[] asAlice = {"--hub", hub.url(), "--token-file", token.toString()};
    assertThat(cli.run(append(new String[] {"user", "create", "bob"}, asAlice)).exit()).isZero();
    assertThat(hub.run(cli, "audit", "list").out()).contains("user:alice").contains("bob");

    assertThat(hub.run(cli, "user", "revoke", "alice").exit()).isZero();
    Cli.Said shutOut = cli.run(append(new String[] {"get", "fleets"}, asAlice));
    assertThat(shutOut.exit()).isEqualTo(1);
    assertThat(shutOut.err()).contains("does not take the operator's token");
  }

  @Test
  void theAuditIsWhole() throws IOException {
    applyShops("--yes-really", "production");

    Cli.Said said = hub.run(cli, "audit", "verify");

    assertThat(said.exit()).isZero();
    assertThat(said.out()).startsWith("whole: ");
    assertThat(hub.run(cli, "audit", "list", "--json").out())
        .startsWith("[{\"sequence\":1,")
        .contains("\"principal\":\"user:admin\"");
  }

  @Test
  void aParameterThatTheReleaseDoesNotTakeIsToldWithItsLine() throws IOException {
    applyShops("--yes-really", "production");
    ReleaseFolder release = trustPublisher();
    release.sign(cli);
    hub.run(cli, "release", "push", release.envelope().toString());
    hub.run(cli, "assign", "people-embedding@1.0.0", "--fleet", "retail");
    Path file = folder.resolve("slot.yaml");
    String slot =
        """
        apiVersion: tombolo.dev/v1
        kind: DeviceSlot
        metadata: {name: counter-1}
        spec:
          site: store-117
          parameters:
            people-embedding:
              port: http
        """;

    Files.writeString(file, slot);
    Cli.Said wrongType = hub.run(cli, "apply", "-f", file.toString());
    Files.writeString(file, slot.replace("port: http", "prot: 9117"));
    Cli.Said wrongName = hub.run(cli, "apply", "-f", file.toString());

    assertThat(wrongType.exit()).isEqualTo(1);
    assertThat(wrongType.err())
        .contains(
            "slot.yaml line 8: spec.parameters.people-embedding.port: 'http' is not valid;"
                + " for people-embedding@1.0.0 it must be a whole number");
    assertThat(wrongName.err())
        .contains("line 8: spec.parameters.people-embedding.prot: '9117' is not valid;")
        .contains("did you mean 'port'?");
  }

  @Test
  void longListsAreWholeUnlessALimitIsSaid() throws IOException {
    StringBuilder shops =
        new StringBuilder("apiVersion: tombolo.dev/v1\nkind: Fleet\nmetadata: {name: retail}\n");
    for (int i = 1; i <= 1_200; i++) {
      shops
          .append("---\napiVersion: tombolo.dev/v1\nkind: Site\nmetadata: {name: store-")
          .append(i)
          .append("}\nspec: {fleet: retail, timeZone: Europe/Berlin}\n");
    }
    Path file = Files.writeString(folder.resolve("many.yaml"), shops);
    Cli.Said applied = hub.run(cli, "apply", "-f", file.toString());
    assertThat(applied.exit()).describedAs(applied.err()).isZero();

    Cli.Said all = hub.run(cli, "get", "sites", "--fleet", "retail");
    Cli.Said some = hub.run(cli, "get", "sites", "--limit", "1100");
    Cli.Said json = hub.run(cli, "get", "sites", "--json");

    assertThat(all.out().lines()).hasSize(1 + 1_200);
    assertThat(all.out()).contains("store-1200 ").contains("store-999 ");
    assertThat(all.err()).isEmpty();
    assertThat(some.out().lines()).hasSize(1 + 1_100);
    assertThat(some.err())
        .contains("1100 of 1200 shown, 100 more; all of them without --limit, or --limit 1200");
    assertThat(json.out().split("\"id\":", -1)).hasSize(1 + 1_200);
    assertThat(hub.run(cli, "get", "sites", "--limit", "0").exit()).isEqualTo(2);
  }

  @Test
  void emptyListsSayWhatToDo() {
    assertThat(hub.run(cli, "get", "devices").err()).contains("tombolo token create");
    assertThat(hub.run(cli, "get", "devices", "--json").out().strip()).isEqualTo("[]");
    assertThat(hub.run(cli, "keys", "list").err()).contains("tombolo keys trust");
    assertThat(hub.run(cli, "results", "tail").err()).contains("no result yet");
  }

  @Test
  void aHubThatIsNotThereIsNotReached() {
    hub.close();

    Cli.Said said = hub.run(cli, "get", "fleets");

    assertThat(said.exit()).isEqualTo(3);
    assertThat(said.err()).contains("no hub answers at").contains("tombolo hub --data");
  }

  @Test
  void withoutATokenFileItSaysWhereToGetOne() {
    Cli.Said said =
        cli.run(
            "get", "fleets", "--hub", hub.url(), "--token-file", folder.resolve("no").toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("tombolo user create NAME");
  }

  @Test
  void aTokenFileWithSomethingElseIsSaidSo() throws IOException {
    Path token = Files.writeString(folder.resolve("t"), "two\nlines");

    Cli.Said said = cli.run("get", "fleets", "--hub", hub.url(), "--token-file", token.toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("begins with tbo_");
  }

  private Cli.Said applyShops(String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("shops.yaml"), SHOPS);
    return hub.run(cli, append(new String[] {"apply", "-f", file.toString()}, more));
  }

  private ReleaseFolder trustPublisher() throws IOException {
    ReleaseFolder release = new ReleaseFolder(folder.resolve("publisher")).withKeys(cli);
    Cli.Said said = hub.run(cli, "keys", "trust", release.text("publisher.root.json"));
    assertThat(said.exit()).describedAs(said.err()).isZero();
    return release;
  }

  private static String[] append(String[] args, String... more) {
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }
}
