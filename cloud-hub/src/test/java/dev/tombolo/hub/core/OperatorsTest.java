package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OperatorsTest {
  private static final Name APP = new Name("embedding");

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  @Test
  void objectsAreCreatedThenChangedThenUnchanged() {
    AdminObject.Site site = Scene.site(new Name("store-2"));

    assertThat(scene.apply(site)).isEqualTo(done("site store-2 created"));
    assertThat(scene.apply(site)).isEqualTo(done("site store-2 unchanged"));
    assertThat(
            scene.apply(
                new AdminObject.Site(
                    site.name(), Scene.FLEET, "Harbour", Map.of(), "UTC", "", "", Map.of())))
        .isEqualTo(done("site store-2 changed"));
    assertThat(Scene.found(store.load().sites.get(site.name())).generation()).isEqualTo(2);
  }

  @Test
  void aListMayNameWhatItMakesInAnyOrder() {
    Name fleet = new Name("pilot");
    Name site = new Name("pilot-1");
    AdminAnswer answer =
        scene.apply(
            Scene.slot(new SlotRef(site, new Name("till"))),
            new AdminObject.Site(site, fleet, "", Map.of(), "UTC", "", "", Map.of()),
            new AdminObject.Fleet(fleet, "", Map.of(), false, Map.of()));

    assertThat(answer)
        .isEqualTo(
            done("fleet pilot created", "site pilot-1 created", "slot pilot-1/till created"));
  }

  @Test
  void oneBadObjectLeavesNothingOfTheList() {
    int before = store.committed().size();

    AdminAnswer answer =
        scene.apply(
            Scene.site(new Name("store-2")),
            Scene.slot(new SlotRef(new Name("store-3"), new Name("till"))));

    assertThat(refusal(answer))
        .isEqualTo(new Reason.NotFound("site", "store-3", List.of("store-2")));
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void aDryRunTellsAndChangesNothing() {
    int before = store.committed().size();

    AdminAnswer answer =
        scene.command(
            new AdminCommand.Apply(
                List.of(Scene.site(new Name("store-2"))), Optional.empty(), true));

    assertThat(answer).isEqualTo(done("site store-2 created"));
    assertThat(store.committed()).hasSize(before);
  }

  @Test
  void badValuesAreRefusedByField() {
    AdminObject zone =
        new AdminObject.Site(
            Scene.SITE, Scene.FLEET, "", Map.of(), "Mars/Olympus", "", "", Map.of());
    AdminObject name = new AdminObject.Fleet(Scene.FLEET, "a\nb", Map.of(), false, Map.of());
    AdminObject large = Scene.fleet(Map.of(APP, Map.of("blob", "x".repeat(20_000))));

    assertThat(refusal(scene.apply(zone))).isInstanceOf(Reason.InputInvalid.class);
    assertThat(refusal(scene.apply(name))).isInstanceOf(Reason.InputInvalid.class);
    assertThat(refusal(scene.apply(large))).isInstanceOf(Reason.LimitExceeded.class);
    assertThat(refusal(scene.apply(Scene.slot(Scene.SLOT), Scene.slot(Scene.SLOT))))
        .isInstanceOf(Reason.InputInvalid.class);
  }

  @Test
  void aProtectedFleetAsksForItsNameWhateverTouchesIt() {
    scene.apply(Scene.fleet(true));
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    Reason wanted = new Reason.ProtectedFleet(Scene.FLEET.text());

    assertThat(refusal(scene.apply(Scene.fleet(false)))).isEqualTo(wanted);
    assertThat(refusal(scene.apply(Scene.site(new Name("store-2"))))).isEqualTo(wanted);
    assertThat(refusal(assign("1.0", Optional.empty()))).isEqualTo(wanted);
    assertThat(refusal(assign("1.0", Optional.of("prod")))).isEqualTo(wanted);
    assertThat(assign("1.0", Optional.of("production")))
        .isEqualTo(done("embedding@1.0 assigned to production"));
    assertThat(scene.apply(Scene.fleet(true))).isEqualTo(done("fleet production unchanged"));
  }

  @Test
  void onlyAKnownReleaseMeantForTheFleetCanBeAssigned() {
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    ReleaseManifest meant = Scene.manifest("other", "1.0");
    Envelope forOthers =
        Scene.sign(
            ReleaseManifest.PAYLOAD_TYPE,
            Json.write(
                new ReleaseManifest(
                    meant.name(),
                    meant.version(),
                    meant.kind(),
                    "",
                    List.of("canteens"),
                    0,
                    List.of(),
                    meant.variants())),
            Scene.PUBLISHER);
    scene.command(new AdminCommand.PushRelease(forOthers));

    assertThat(refusal(assign("1.1", Optional.empty())))
        .isEqualTo(new Reason.NotFound("release", "embedding@1.1", List.of("embedding@1.0")));
    assertThat(
            refusal(
                scene.command(
                    new AdminCommand.Assign(
                        new ReleaseRef(new Name("other"), "1.0"),
                        Scene.FLEET,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))))
        .isInstanceOf(Reason.FleetMismatch.class);
  }

  @Test
  void anApplicationPutsItsReleaseBackWhenAppliedAgain() {
    scene.assign("embedding", "1.0");
    AdminObject application =
        new AdminObject.Application(
            APP,
            Scene.FLEET,
            Optional.of(new ReleaseRef(APP, "1.0")),
            "",
            Map.of(),
            Map.of("threads", "2"));
    scene.apply(application);
    scene.assign("embedding", "2.0");

    assertThat(scene.apply(application))
        .isEqualTo(done("application production/embedding changed"));
    assertThat(
            Scene.found(
                    AssignCommands.at(
                        store.load(), new Assignment.Place(Scene.FLEET, null, null), APP))
                .ref()
                .version())
        .isEqualTo("1.0");
  }

  @Test
  void anApplicationCanBeTakenOffAgain() {
    scene.assign("embedding", "1.0");

    assertThat(unassign()).isEqualTo(done("embedding taken off production"));
    assertThat(refusal(unassign())).isInstanceOf(Reason.NotFound.class);
  }

  @Test
  void onlyReleasesOfTrustedPublishersAreTaken() {
    Envelope good = Scene.release("embedding", "1.0");
    Envelope stranger =
        Scene.sign(
            ReleaseManifest.PAYLOAD_TYPE,
            Json.write(Scene.manifest("embedding", "1.0")),
            Ed25519Keys.ofSeed(
                new byte[] {
                  1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3,
                  4, 5, 6, 7, 8
                }));
    Envelope unsigned = new Envelope(good.payloadType(), good.payload(), List.of());
    Envelope altered =
        new Envelope(
            good.payloadType(), Scene.release("embedding", "1.1").payload(), good.signatures());

    for (Envelope bad : List.of(stranger, unsigned, altered)) {
      assertThat(refusal(scene.command(new AdminCommand.PushRelease(bad))))
          .isInstanceOf(Reason.SignatureRefused.class);
    }
    assertThat(scene.command(new AdminCommand.PushRelease(good)))
        .isInstanceOfSatisfying(
            AdminAnswer.ReleaseTaken.class, taken -> assertThat(taken.isNew()).isTrue());
    assertThat(scene.command(new AdminCommand.PushRelease(good)))
        .isInstanceOfSatisfying(
            AdminAnswer.ReleaseTaken.class, taken -> assertThat(taken.isNew()).isFalse());
  }

  @Test
  void aVersionIsNeverGivenToAnotherContent() {
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    ReleaseManifest first = Scene.manifest("embedding", "1.0");
    ReleaseManifest other =
        new ReleaseManifest(
            first.name(),
            first.version(),
            first.kind(),
            "another text",
            first.fleets(),
            0,
            List.of(),
            first.variants());

    assertThat(
            refusal(
                scene.command(
                    new AdminCommand.PushRelease(
                        Scene.sign(
                            ReleaseManifest.PAYLOAD_TYPE, Json.write(other), Scene.PUBLISHER)))))
        .isInstanceOf(Reason.Conflict.class);
  }

  @Test
  void tokensAreBounded() {
    assertThat(refusal(token(501, Duration.ofHours(1), Optional.empty())))
        .isInstanceOf(Reason.InputInvalid.class);
    assertThat(refusal(token(1, Duration.ofDays(8), Optional.empty())))
        .isInstanceOf(Reason.InputInvalid.class);
    assertThat(refusal(token(2, Duration.ofHours(1), Optional.of(Scene.SLOT))))
        .isInstanceOf(Reason.InputInvalid.class);
    assertThat(token(1, Duration.ofDays(90), Optional.of(Scene.SLOT)))
        .isInstanceOfSatisfying(
            AdminAnswer.TokenMade.class,
            made ->
                assertThat(made.token().expiresSeconds())
                    .isEqualTo(scene.now / 1000 + Duration.ofDays(90).toSeconds()));
    assertThat(
            refusal(
                token(
                    1,
                    Duration.ofHours(1),
                    Optional.of(new SlotRef(Scene.SITE, new Name("counter-2"))))))
        .isEqualTo(
            new Reason.NotFound("slot", "store-117/counter-2", List.of("store-117/counter-1")));
  }

  @Test
  void aSiteThatMovesLeavesItsAssignmentsBehind() {
    Name other = new Name("other");
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "1.0")));
    scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(new Name("embedding"), "1.0"),
            Scene.FLEET,
            Optional.of(Scene.SITE),
            Optional.empty(),
            Optional.empty()));
    scene.apply(new AdminObject.Fleet(other, "", Map.of(), false, Map.of()));

    scene.apply(
        new AdminObject.Site(Scene.SITE, other, "", Map.of(), "Europe/Berlin", "", "", Map.of()));

    assertThat(store.load().assignments.values()).allMatch(Map::isEmpty);
  }

  @Test
  void secretsDoNotReachTheAudit() {
    scene.apply(Scene.fleet(Map.of(APP, Map.of("api-token", "hunter2", "threads", "2"))));
    JoinToken token = scene.siteToken(1);

    String audit =
        store.committed().stream()
            .filter(HubChange.AuditAppended.class::isInstance)
            .toList()
            .toString();

    assertThat(audit).contains("threads", token.id()).doesNotContain("hunter2");
  }

  private AdminAnswer token(int uses, Duration life, Optional<SlotRef> slot) {
    JoinToken like = scene.siteToken(1);
    JoinToken drawn =
        new JoinToken(
            String.format("%016x", scene.number()),
            new TokenSecret(new byte[TokenSecret.BYTES]),
            like.rootKey(),
            like.publisherRoot(),
            0,
            List.of());
    return scene.command(
        new AdminCommand.CreateToken(
            Scene.FLEET, Optional.of(Scene.SITE), slot, uses, life, drawn, Optional.empty()));
  }

  private AdminAnswer assign(String version, Optional<String> typed) {
    return scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, version), Scene.FLEET, Optional.empty(), Optional.empty(), typed));
  }

  private AdminAnswer unassign() {
    return scene.command(
        new AdminCommand.Unassign(
            APP, Scene.FLEET, Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private static AdminAnswer done(String... lines) {
    return new AdminAnswer.Done(List.of(lines));
  }

  private static Reason refusal(AdminAnswer answer) {
    if (answer instanceof AdminAnswer.Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("not refused: " + answer);
  }
}
