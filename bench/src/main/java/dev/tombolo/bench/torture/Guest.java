package dev.tombolo.bench.torture;

import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.Spawned;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.RevokeAsk;
import dev.tombolo.hub.http.api.TokenAsk;
import dev.tombolo.hub.http.api.TokenRow;
import dev.tombolo.hub.http.api.TokenShown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// A device that joins a slot of its own with a one-use token, and is shut out again when its round
/// is over.
final class Guest {
  static final String SITE = "annexe";
  static final String NAME = "guest";
  private static final String SLOT = SITE + "/" + NAME;
  private static final long TOKEN_SECONDS = 3_600;

  private final TortureWorld world;
  private final Path data;
  private final TokenShown token;
  private final long keysBefore;

  Guest(TortureWorld world, int number) throws IOException {
    this.world = world;
    this.data = world.folder().resolve("guest-" + number);
    Files.createDirectories(data);
    Files.write(data.resolve("agent.properties"), TortureWorld.SETTINGS);
    Files.createDirectory(
        identity(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    this.token =
        world
            .client()
            .post(
                TokenShown.class,
                "/tokens",
                new TokenAsk(TortureWorld.FLEET, null, SLOT, 1, TOKEN_SECONDS, List.of(), null));
    this.keysBefore = keys();
  }

  Path data() {
    return data;
  }

  Path identity() {
    return data.resolve("identity");
  }

  /// Begins to enrol.
  Spawned enrolling() throws IOException {
    return Spawned.start(
        "enrolment of " + data.getFileName(),
        RunningAgent.enrolment(world.hub.distributions(), data, token.token()),
        Map.of(),
        data,
        data.resolve("enrol.log"));
  }

  /// Enrols with the same token, however often that was begun before; then I1 and I2 must hold.
  void join() throws IOException, InterruptedException {
    Command joined = RunningAgent.enrol(world.hub.distributions(), data, token.token());
    Invariants.hold(
        joined.exit() == 0 || joined.err().contains("has joined already"),
        "I10",
        "an enrolment that was begun before cannot be finished: " + joined.err());
    Path stranger = Files.createDirectories(data.resolveSibling("stranger"));
    Command refused = RunningAgent.enrol(world.hub.distributions(), stranger, token.token());
    Invariants.hold(
        refused.exit() != 0 && refused.err().contains("refused"),
        "I1",
        "a one-use token let in a second key, or did not say no: " + refused.out() + refused.err());
    Invariants.hold(
        keys() == keysBefore + 1,
        "I1",
        "a one-use token let in %d keys".formatted(keys() - keysBefore));
    TokenRow row =
        world.client().list(TokenRow.class, "/tokens").stream()
            .filter(it -> it.id().equals(token.id()))
            .findAny()
            .orElseThrow(() -> new IllegalStateException("I3: token " + token.id() + " is gone"));
    Invariants.hold(row.used() == 1, "I1", "the token was used " + row.used() + " times");
    device();
  }

  /// The one live device in its slot.
  DeviceRow device() {
    List<DeviceRow> live =
        world.devices().stream()
            .filter(it -> it.slot().equals(SLOT) && it.standing().equals("active"))
            .toList();
    Invariants.hold(live.size() == 1, "I2", SLOT + " has " + live.size() + " live devices");
    return live.getFirst();
  }

  void leave() {
    String device = device().device();
    world
        .client()
        .post(
            Changes.class,
            "/devices/" + device + "/revoke",
            new RevokeAsk("its round is over", null));
    world.revoked.add(device);
  }

  /// Devices that ever held its slot.
  private long keys() {
    return world.devices().stream().filter(it -> it.slot().equals(SLOT)).count();
  }
}
