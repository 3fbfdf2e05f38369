package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentEvent.BundleAnswer;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Optional;

/// Bundles on a device: asked for at the hub, applied, now and then in vain.
final class Bundling {
  private static final double STUMBLES_SHARE = 0.05;
  private static final double REFUSED_SHARE = 0.05;

  /// Of bundles that a device refuses at each try.
  private static final double NEVER_SHARE = 0.1;

  private final Device device;
  private final World world;
  private final Hands hands;
  private final Chance chance;

  Bundling(Device device, Hands hands) {
    this.device = device;
    this.world = device.world;
    this.hands = hands;
    this.chance = world.chance("bundles", device.number());
  }

  void ask(AgentEffect.AskBundle it) {
    long missing = 0;
    for (Variant.File file : it.files()) {
      missing += device.files.whole.containsKey(file.digest()) ? 0 : file.size();
    }
    long bytes = missing;
    if (bytes == 0) {
      hands.later(1, 5, () -> answered(it, bytes, new BundleAnswer.NotNeeded()));
      return;
    }
    String serial = device.identity.held().serial();
    long run = device.run();
    String[] ends = it.url().substring(it.url().indexOf("/for/") + 5).split("/");
    Digest target = release(ends[0]);
    Optional<Digest> base = ends.length > 1 ? Optional.of(release(ends[1])) : Optional.empty();
    world
        .network()
        .request(
            device,
            request -> world.hub().edge().bundleFor(request, serial, target, base),
            reply -> {
              if (device.run() == run) {
                answered(it, bytes, answer(reply));
              }
            });
  }

  private static Digest release(String side) {
    return Digest.ofHex(side.substring(0, side.indexOf('.')));
  }

  private BundleAnswer answer(Reply reply) {
    return switch (reply) {
      case Reply.Lost _ -> new BundleAnswer.None(new Reason.LineDown(0, "no answer"), false, 0);
      case Reply.Refused(var reason) -> {
        boolean isLater = reason instanceof Reason.Busy || reason instanceof Reason.BundleAwaited;
        boolean isVerdict =
            reason instanceof Reason.BundleMissing || reason instanceof Reason.NotYours;
        yield new BundleAnswer.None(reason, isVerdict, isLater ? 5 : 0);
      }
      case Reply.Body(var content) -> {
        world.carried(content);
        try {
          BundleOffer offer = content.read(BundleOffer.class, Limits.PACKET_BYTES_MAX);
          yield new BundleAnswer.Offered(offer.bundle(), offer.bytes());
        } catch (MalformedException e) {
          throw world.bug(device.number(), "the agent cannot read an offer: " + e);
        }
      }
    };
  }

  private void answered(AgentEffect.AskBundle it, long missing, BundleAnswer answer) {
    device.offer(
        new AgentEvent.BundleLookedFor(it.application(), it.release(), it.url(), missing, answer));
  }

  void apply(AgentEffect.ApplyBundle it) {
    hands.later(50, 3_000, () -> applied(it));
  }

  private void applied(AgentEffect.ApplyBundle it) {
    Boolean right = device.files.whole.get(it.bundle());
    if (device.disk().isFull()) {
      failed(it, new Reason.DiskFull("files", 1, 0), false);
    } else if (right == null || chance.isWithin(STUMBLES_SHARE)) {
      failed(it, new Reason.IoFailed("bundle apply", "exit code 137"), false);
    } else if (!right || isNever(it.bundle()) || chance.isWithin(REFUSED_SHARE)) {
      failed(it, new Reason.BundleRefused(it.bundle(), "it ends too early"), true);
    } else if (it.base().isPresent() && !device.files.staged.contains(it.base().get())) {
      failed(it, new Reason.BaseDamaged(it.base().get(), "model.bin is missing"), true);
    } else if (it.base().isPresent() && chance.isWithin(REFUSED_SHARE)) {
      failed(it, new Reason.BaseDamaged(it.base().get(), "one of the two is damaged"), true);
    } else {
      for (Variant.File file : List.copyOf(it.files())) {
        device.files.whole.putIfAbsent(file.digest(), true);
        device.files.partial.remove(file.digest());
      }
      device.offer(new AgentEvent.BundleApplied(it.application(), it.release(), it.bundle()));
    }
  }

  /// A decoder with a fault refuses it today and tomorrow.
  private boolean isNever(Digest bundle) {
    return world.hasMorePlays()
        && !world.plan().faults().isEmpty()
        && world
            .chance("never " + bundle.hex().substring(0, 12), device.number())
            .isWithin(NEVER_SHARE);
  }

  private void failed(AgentEffect.ApplyBundle it, Reason reason, boolean isFinal) {
    device.offer(
        new AgentEvent.BundleFailed(it.application(), it.release(), it.bundle(), reason, isFinal));
  }
}
