package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets devices join: gets a token, tries it until the hub has said yes or no, gets another one
/// when it was no.
final class Installer {
  private static final int TOKENS_MAX = 12;

  private final World world;
  private final Chance chance;
  private final Map<Integer, JoinToken> siteTokens = new HashMap<>();

  /// Of hardware that is on its way to its shop, by its number.
  private final Map<Integer, JoinToken> posted = new HashMap<>();

  Installer(World world) {
    this.world = world;
    this.chance = world.chance("installer");
  }

  /// A token goes into the parcel, days before somebody in the shop opens it.
  void post(Device device) {
    world
        .operators()
        .ask(
            new AdminCommand.CreateToken(
                World.FLEET,
                Optional.of(world.siteName(device.site())),
                Optional.empty(),
                1,
                Duration.ofDays(7),
                drawn(),
                Optional.empty()),
            answer -> {
              if (answer instanceof AdminAnswer.TokenMade(var token)) {
                posted.put(device.number(), token);
              }
            });
  }

  /// @param slot which one it shall take; null for any of its site
  void join(Device device, @Nullable SlotRef slot, int tokensSoFar) {
    if (tokensSoFar > TOKENS_MAX) {
      throw world.bug(device.number(), "does not get in, with " + TOKENS_MAX + " tokens");
    }
    JoinToken its = posted.remove(device.number());
    if (slot == null && its != null) {
      attempt(device, null, its, tokensSoFar);
      return;
    }
    JoinToken shared = siteTokens.get(device.site());
    if (slot == null && shared != null && chance.isWithin(0.7)) {
      attempt(device, null, shared, tokensSoFar);
      return;
    }
    boolean isShared = slot == null && chance.isWithin(0.6);
    int uses = isShared ? (int) chance.between(2, 6) : 1;
    Duration life = Duration.ofHours(chance.between(1, 48));
    world
        .operators()
        .ask(
            new AdminCommand.CreateToken(
                World.FLEET,
                Optional.of(world.siteName(device.site())),
                Optional.ofNullable(slot),
                uses,
                life,
                drawn(),
                Optional.empty()),
            answer -> {
              switch (answer) {
                case AdminAnswer.TokenMade(var token) -> {
                  if (isShared) {
                    siteTokens.put(device.site(), token);
                  }
                  attempt(device, slot, token, tokensSoFar);
                }
                // Asked twice because the first answer was lost: that token is of no use to us.
                default ->
                    world.scheduler().in(VirtualTime.MINUTE, () -> join(device, slot, tokensSoFar));
              }
            });
  }

  private JoinToken drawn() {
    return OddRequests.token(world, chance);
  }

  private void attempt(Device device, @Nullable SlotRef slot, JoinToken token, int tokens) {
    Payload body =
        world.payload(
            new EnrolRequest(
                JoinTokenCodec.encode(token),
                device.identity.request(),
                Map.of("host", "device-" + device.number())));
    world
        .network()
        .request(
            device,
            request -> world.hub().edge().enrol(request, body),
            reply -> {
              switch (reply) {
                case Reply.Lost _ -> again(device, slot, token, tokens);
                case Reply.Refused(Reason.Busy _) -> again(device, slot, token, tokens);
                case Reply.Refused(Reason.DeviceRevoked _) -> {
                  // Another one took its slot before the answer came; its key is of no use now.
                  world.counts().add("replaced before they had joined");
                  device.retire();
                }
                case Reply.Refused(var reason) -> {
                  world.say(device.number(), "may not join: " + reason);
                  siteTokens.remove(device.site(), token);
                  world.scheduler().in(VirtualTime.MINUTE, () -> join(device, slot, tokens + 1));
                }
                case Reply.Body(var content) -> enrolled(device, token, content);
              }
            });
  }

  private void again(Device device, @Nullable SlotRef slot, JoinToken token, int tokens) {
    world
        .scheduler()
        .in(
            chance.between(5_000, 60_000),
            () -> {
              if (!device.hasJoined()) {
                attempt(device, slot, token, tokens);
              }
            });
  }

  private void enrolled(Device device, JoinToken token, Payload content) {
    world.carried(content);
    try {
      EnrolResponse response = content.read(EnrolResponse.class, Limits.SECTION_BYTES_MAX);
      if (!device.identity.keepEnrolled(response.certificate())) {
        throw world.bug(device.number(), "the hub certified another key than was asked for");
      }
      Name slot = response.slot();
      world.say(device.number(), "joins as " + response.site() + "/" + slot);
      device.joined(
          response.device(),
          new Enrolment(
              response.device(),
              response.fleet(),
              response.site(),
              slot,
              token.rootKey(),
              token.publisherRoot(),
              response.documentCertificate(),
              response.history(),
              response.links(),
              response.https(),
              HexFormat.of().toHexDigits(chance.next())));
      world.joined(device, new SlotRef(response.site(), slot));
    } catch (MalformedException e) {
      throw world.bug(device.number(), "the installer cannot read the hub's answer: " + e);
    }
  }
}
