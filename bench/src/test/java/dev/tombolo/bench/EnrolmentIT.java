package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.ApplyAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.ObjectBody;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Joining is exact, and coming back costs nothing: the real hub, asked by openssl, curl and
/// mosquitto_rr.
@Tag("slow")
class EnrolmentIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int MANY = 50;

  /// Exit status of mosquitto_rr and mosquitto_sub when `-W` is over.
  private static final String WAITED_IN_VAIN = "27";

  @TempDir static Path folder;
  private static RunningHub hub;

  @BeforeAll
  static void start() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("production-fleet");
    hub.apply("Site", "store-117", "{fleet: production-fleet, timeZone: Europe/Berlin}");
    Files.writeString(folder.resolve("functions.sh"), FUNCTIONS);
    sh("root");
  }

  @AfterAll
  static void end() {
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void aLostEnrolmentAnswerIsGivenAgainAndCountsOnce() throws Exception {
    String token = token();

    String first = sh("csr lost; enrol lost " + token + " one; cat one.json");
    String second = sh("enrol lost " + token + " two; cat two.json");

    assertThat(second).isEqualTo(first).contains("\"certificate\"");
    assertThat(hub.timesUsed(token)).isOne();
  }

  @Test
  void theSameTokenFromAnotherKeyIsRefusedAndAlarmed() throws Exception {
    String token = token();
    sh("csr owner; enrol owner " + token + " owner");

    assertThat(sh("csr thief; enrol thief " + token + " thief; cat thief.json"))
        .contains("token-other-key");
    assertThat(hub.cli("audit", "list", "--json")).contains("enrol-alarm");
  }

  @Test
  void fiftyAtOnceOnAOneUseTokenGiveExactlyOneWinner() throws Exception {
    String token = token();
    sh("for i in $(seq " + MANY + "); do csr storm-$i; done");

    sh(
        "for i in $(seq "
            + MANY
            + "); do enrol storm-$i "
            + token
            + " storm-$i & done; wait; cat storm-*.json > storm.all");

    String all = Files.readString(folder.resolve("storm.all"));
    assertThat(all.split("\"certificate\"", -1)).hasSize(2);
    assertThat(all.split("token-other-key|\"busy\"", -1)).hasSize(MANY);
    assertThat(hub.timesUsed(token)).isOne();
  }

  @Test
  void aLostRenewalAnswerIsGivenAgainAndNobodyIsPutOut() throws Exception {
    String device = device("renewing");
    sh("csr next");

    String first = sh("renew renewing next; cat renewed.json");
    String second = sh("renew renewing next; cat renewed.json");

    assertThat(second).isEqualTo(first).contains("\"certificate\"");
    assertThat(hub.cli("why", device)).doesNotContainIgnoringCase("quarantine");
  }

  @Test
  void aReconnectWithNothingChangedBringsNoDocument() throws Exception {
    String device = device("idle");
    sh("birth idle " + device + " 1 120; cp answer.json first.json; manifest first.json");
    String held = Files.readString(folder.resolve("held")).strip();
    assertThat(held).startsWith("sha256:");

    sh("birth idle " + device + " 2 4 " + held + "; cp answer.json second.json");

    assertThat(folder.resolve("second.json")).isEmptyFile();
    assertThat(folder.resolve("birth.status")).hasContent(WAITED_IN_VAIN);
  }

  @Test
  void aThousandChangesMissedInTheDarkAreOneUpdate() throws Exception {
    String device = device("dark");
    sh("birth dark " + device + " 1 120; manifest answer.json");
    String held = Files.readString(folder.resolve("held")).strip();
    changeTheTimeZone(1_000);

    sh("listen dark " + device + " 20; manifest answer.json");

    assertThat(folder.resolve("answer.json")).content().hasLineCount(1);
    assertThat(Files.readString(folder.resolve("manifest.json")))
        .containsPattern("\"revision\":2[,}]");
    assertThat(Files.readString(folder.resolve("held"))).isNotEqualTo(held);
  }

  private static void changeTheTimeZone(int times) throws Exception {
    List<String> zones = List.of("Europe/Paris", "Europe/Rome", "Europe/Oslo", "Europe/Lisbon");
    try (HubClient client = hub.client()) {
      for (int change = 0; change < times; change++) {
        ObjectBody site =
            new ObjectBody(
                "Site",
                "store-117",
                "production-fleet",
                null,
                "",
                Map.of(),
                false,
                zones.get(change % zones.size()),
                "",
                "",
                null,
                Map.of());
        client.post(Changes.class, "/apply", new ApplyAsk(List.of(site), false, null));
      }
    }
  }

  private static String token() throws Exception {
    return hub.token("--fleet", "production-fleet", "--site", "store-117");
  }

  /// Enrols and gives the device's id; its key is `NAME.key`, its certificate `NAME.crt`.
  private static String device(String name) throws Exception {
    String answer =
        sh(
            "csr NAME; enrol NAME TOKEN NAME; cat NAME.json"
                .replace("NAME", name)
                .replace("TOKEN", token()));
    Matcher id = Pattern.compile("dev-[0-9a-z]{24}").matcher(answer);
    assertThat(id.find()).as(answer).isTrue();
    sh("certificate " + name);
    return id.group();
  }

  private static String sh(String script) throws Exception {
    return Command.run(
            List.of("sh", "-euc", ". ./functions.sh; " + script),
            Map.of("HOST", RunningHub.HOST, "PORT", Integer.toString(hub.edgePort())),
            folder,
            LIMIT)
        .orThrow()
        .out();
  }

  private static final String FUNCTIONS =
      """
      root() { curl -sS -k "https://$HOST:$PORT/v1/ca.pem" >root.pem; }
      csr() {
        openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
        openssl req -new -key "$1.key" -subj /CN=any -out "$1.csr"
      }
      post() { curl -sS --cacert root.pem -H 'Content-Type: application/json' "$@"; }
      lines() { awk '{printf "%s\\\\n", $0}' "$1"; }
      enrol() {
        printf '{"token":"%s","csr":"%s","facts":{}}' "$2" "$(lines "$1.csr")" >"$3.ask"
        post --data-binary "@$3.ask" "https://$HOST:$PORT/v1/enroll" >"$3.json"
      }
      certificate() {
        sed -n 's/.*"certificate":"\\([^"]*\\)".*/\\1/p' "$1.json" | sed 's/\\\\n/\\n/g' >"$1.crt"
      }
      renew() {
        printf '{"csr":"%s"}' "$(lines "$2.csr")" >renew.ask
        post --cert "$1.crt" --key "$1.key" --data-binary @renew.ask \\
          "https://$HOST:$PORT/v1/renew" >renewed.json
      }
      birth() {
        name=$1 device=$2 connect=$3 wait=$4 held=${5:-}
        holds='"revision":0,"sections":[]'
        [ -z "$held" ] || holds=$(printf '"manifest":"%s","revision":1,"sections":[]' "$held")
        birth=$(printf '{"type":"birth","bootId":"b-%s","connect":%s,%s,"incarnation":"i","outboxThrough":0,"agentVersion":"t","features":["v1"],"wallMillis":1}' "$name" "$connect" "$holds")
        status=0
        mosquitto_rr -V 5 -h "$HOST" -p "$PORT" --cafile root.pem --cert "$name.crt" \\
          --key "$name.key" --tls-version tlsv1.3 -i "$device" -q 1 -W "$wait" \\
          -t "tombolo/v1/$device/presence" -e "tombolo/v1/$device/desired" \\
          -m "$birth" >answer.json || status=$?
        printf %s "$status" >birth.status
        [ "$status" = 0 ] || [ "$status" = 27 ]
      }
      # Every message on the desired topic within so many seconds, a line each.
      listen() {
        status=0
        mosquitto_sub -V 5 -h "$HOST" -p "$PORT" --cafile root.pem --cert "$1.crt" \\
          --key "$1.key" --tls-version tlsv1.3 -i "$2" -q 1 -W "$3" \\
          -t "tombolo/v1/$2/desired" -F %p >answer.json || status=$?
        [ "$status" = 27 ]
      }
      manifest() {
        sed -n 's/.*"payload":"\\([^"]*\\)".*/\\1/p' "$1" | base64 -d >manifest.json
        printf 'sha256:%s' "$(openssl dgst -sha256 -r manifest.json | cut -d' ' -f1)" >held
      }
      """;
}
