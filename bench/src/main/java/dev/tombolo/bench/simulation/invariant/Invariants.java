package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.bench.simulation.engine.Counts;
import dev.tombolo.bench.simulation.store.SimulatedAgentStore;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Shows what happens to every invariant, and keeps the facts they share.
public final class Invariants {
  private static final ClassValue<Set<String>> METHODS =
      new ClassValue<>() {
        @Override
        protected Set<String> computeValue(Class<?> type) {
          return Stream.of(type.getDeclaredMethods())
              .map(Method::getName)
              .collect(Collectors.toSet());
        }
      };

  private final Facts facts = new Facts();
  private final NothingFalls nothingFalls = new NothingFalls(facts);
  private final RevokedGetsNothing revoked = new RevokedGetsNothing(facts);
  private final NoDeviceSeesAnothers others = new NoDeviceSeesAnothers(facts);
  private final SettingsArrive settings = new SettingsArrive(facts);
  private final EverythingConverges converges = new EverythingConverges(facts, settings);
  private final CopiesAreSeen copies = new CopiesAreSeen(facts);
  private final RolloutsKeepTheirBounds rollouts;
  private final BundlesAreExplained bundles = new BundlesAreExplained(facts);
  private final PeersWasteLittle wastes;
  private final SitesFinishAlone alone = new SitesFinishAlone(facts);
  private final BrokersAreTold brokers = new BrokersAreTold(facts);
  private final LooksAreAnswered looks = new LooksAreAnswered(facts);
  private final NoRolloutHangs hangs = new NoRolloutHangs(facts);
  private final RepeatsHaveNoEffect repeats = new RepeatsHaveNoEffect(facts);
  private final EverythingIsBounded bounds;
  private final NeedsAreMet needs;
  private final ReleasesProveThemselves proofs;
  private final Invariant[] all;

  /// Those that look at each: worlds do millions of things.
  private final Invariant[] ofHubCommits;

  private final Invariant[] ofHubEffects;
  private final Invariant[] ofAgentCommits;
  private final Invariant[] ofAgentEffects;
  private final Counts counts;

  /// @param published what the publisher signed; null for anything else
  /// @param natures how releases behave
  /// @param counts gets each transition of a release's state, and how devices end
  public Invariants(
      Function<Digest, @Nullable ReleaseManifest> published,
      Function<Digest, Nature> natures,
      Name fleet,
      int resultRowsMax,
      RowQuota results,
      RowQuota events,
      Counts counts) {
    this.counts = counts;
    this.rollouts = new RolloutsKeepTheirBounds(facts, fleet);
    this.needs = new NeedsAreMet(published);
    this.proofs = new ReleasesProveThemselves(published);
    this.wastes = new PeersWasteLittle(facts, published);
    this.bounds = new EverythingIsBounded(facts, resultRowsMax);
    this.all =
        new Invariant[] {
          new TokensAreUsedWithinBounds(facts),
          new OneDevicePerSlot(facts),
          copies,
          new AcknowledgedIsDurable(facts),
          new WhatIsLiveWasVerified(facts, published, fleet),
          nothingFalls,
          new OneReleaseIsLive(facts),
          new SetbacksAreDeserved(natures, published),
          proofs,
          needs,
          converges,
          settings,
          revoked,
          brokers,
          repeats,
          new ChangesInTime(facts, published),
          rollouts,
          new AuditIsWhole(),
          new WhatIsStoredCanBeRead(),
          bounds,
          new RowsGoInTurn(facts, results, events),
          others,
          new NeighboursAreNamed(facts),
          bundles,
          new WhatHasComeIsTold(facts),
          wastes,
          alone,
          new WorkloadsRunOn(facts),
          looks
        };
    this.ofHubCommits = lookingAt("hubCommitted");
    this.ofHubEffects = lookingAt("hubDoes");
    this.ofAgentCommits = lookingAt("agentCommitted");
    this.ofAgentEffects = lookingAt("agentDoes");
  }

  /// Those whose class says something of its own to this.
  private Invariant[] lookingAt(String method) {
    return Stream.of(all)
        .filter(each -> METHODS.get(each.getClass()).contains(method))
        .toArray(Invariant[]::new);
  }

  /// @param clockMillis what the hub's own clock shows
  public void hubCommitted(List<HubChange.Durable> changes, long nowMillis, long clockMillis) {
    facts.hub.clockMillis = clockMillis;
    facts.hub.take(changes, nowMillis);
    for (Invariant each : ofHubCommits) {
      each.hubCommitted(changes, nowMillis);
    }
  }

  public void hubDoes(HubEffect effect, long nowMillis) {
    for (Invariant each : ofHubEffects) {
      each.hubDoes(effect, nowMillis);
    }
  }

  public void agentCommitted(Shop shop, List<AgentChange> changes, long nowMillis) {
    ShopFacts its = facts.of(shop);
    for (AgentChange change : changes) {
      nothingFalls.agentCommits(shop, its, change);
      needs.agentCommits(shop, its, change);
      if (change instanceof AgentChange.OutboxChanged(var it)
          && it instanceof dev.tombolo.agent.outbox.OutboxChange.Forgotten) {
        // The rows go only after everybody has looked at them.
        continue;
      }
      if (change instanceof AgentChange.ApplicationKept(var it)) {
        moved(its.releases.get(it.name()), it.state());
      }
      if (change instanceof AgentChange.ApplicationRemoved(var name)) {
        moved(its.releases.get(name), new ReleaseState.Absent());
      }
      its.take(change);
    }
    for (Invariant each : ofAgentCommits) {
      each.agentCommitted(shop, changes, nowMillis);
    }
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.OutboxChanged(var it)
          && it instanceof dev.tombolo.agent.outbox.OutboxChange.Forgotten) {
        its.take(change);
      }
    }
  }

  /// An agent is about to take this in.
  public void agentTakes(Shop shop, AgentEvent event, long nowMillis) {
    proofs.takes(shop, event);
    bundles.takes(shop, event, nowMillis);
    wastes.takes(shop, event, nowMillis);
    alone.takes(shop, event);
  }

  public void agentDoes(Shop shop, AgentEffect effect, long nowMillis) {
    for (Invariant each : ofAgentEffects) {
      each.agentDoes(shop, effect, nowMillis);
    }
  }

  /// The hub is gone for a while from now on, for these two.
  ///
  /// @return whether the one is to have by the end what the other has
  public boolean isLeftAlone(Shop shop, Name application, Assignment wanted, Shop neighbour) {
    return alone.begins(shop, application, wanted, neighbour);
  }

  /// It has been gone for long enough.
  ///
  /// @param mayHave whether nothing has befallen the neighbour, nor this one's disk
  /// @return whether the device has gone on meanwhile
  public boolean hasFinishedAlone(Shop shop, boolean mayHave) {
    return alone.ends(shop, mayHave);
  }

  /// Somebody says this to the hub.
  public void asked(AdminCommand command) {
    rollouts.asked(command);
  }

  /// @param clockMillis what the hub's own clock shows
  public void answered(AdminCommand command, AdminAnswer answer, long clockMillis) {
    rollouts.answered(command, answer, clockMillis);
    settings.answered(answer);
  }

  /// Somebody asks why a device is as it is.
  public void looksAt(Shop shop, long nowMillis) {
    converges.isAnswered(shop, nowMillis);
  }

  /// The same of a device that is no shop's.
  public void looksAt(DeviceId device, long nowMillis) {
    converges.isAnswered(device, nowMillis);
  }

  /// Somebody asks what a rollout would come to.
  public void previews(
      ReleaseManifest manifest, Digest release, Scope scope, RolloutPlan plan, long nowMillis) {
    looks.previews(manifest, release, scope, plan, nowMillis);
  }

  /// The hub's process starts.
  public void hubStarts() {
    rollouts.hubStarts();
  }

  /// The hub sees that its clock was set.
  public void hubClockMoved(long byMillis) {
    rollouts.hubClockMoved(byMillis);
  }

  /// The hub is about to look at the time.
  ///
  /// @param clockMillis what the hub's own clock shows
  public void hubTicks(long nowMillis, long clockMillis) {
    rollouts.hubTicks(nowMillis, clockMillis);
    brokers.hubTicks(nowMillis);
  }

  /// Numbers of the machines that have this to do with a permit of the rollout.
  public List<Integer> inFlight(RolloutId rollout, InFlight how, long nowMillis) {
    return rollouts.inFlight(rollout, how, nowMillis);
  }

  /// What puts all that is known of the hub's database back to this moment: a backup was made.
  public Runnable bookmark() {
    List<Runnable> bookmarks = new ArrayList<>();
    bookmarks.add(facts.hub.bookmark());
    for (Invariant each : all) {
      bookmarks.add(each.bookmark());
    }
    return () -> bookmarks.forEach(Runnable::run);
  }

  /// From now on rows may be missing that only a newer backup had.
  public void lostRows() {
    facts.hub.hasLostRows = true;
  }

  /// A device goes on with what the mirror of its database has.
  public void databaseLost(Shop shop, boolean withDocuments, String incarnation) {
    facts.of(shop).lostDatabase(SimulatedAgentStore.CONNECTS_LOST_MAX, withDocuments, incarnation);
    if (!withDocuments) {
      repeats.forgotDocuments(shop);
    }
  }

  /// From now on there are two of a device.
  public void copied(Shop original, Shop copy) {
    facts.copied(original, copy);
  }

  /// Who shows certificates that it has replaced is put out like a copy.
  public void mayActAsTwo(DeviceId device) {
    facts.mayActAsTwo(device);
  }

  /// The hub hears this machine's birth.
  public void born(Shop shop, long nowMillis) {
    copies.born(shop, nowMillis);
  }

  /// A message went over a wire.
  public void carried(int bytes) {
    bounds.carried(-1, bytes);
  }

  public void sentDesired(DeviceId to, DesiredUpdate update, int bytes, long nowMillis) {
    bounds.carried(facts.numberOf(to), bytes);
    others.sent(to, update);
    revoked.served(to, "a document", nowMillis);
  }

  /// This request proves its key by answering this challenge.
  public void challenged(long request, String nonce) {
    repeats.challenged(request, nonce);
  }

  public void servedFile(DeviceId to, Digest file, long nowMillis) {
    others.served(to, file);
    revoked.served(to, "a file", nowMillis);
  }

  /// The hub offers a bundle between these releases, or gives it out.
  public void servedBundle(DeviceId to, List<Digest> ends, long nowMillis) {
    others.servedBundle(to, ends);
    revoked.served(to, "a bundle", nowMillis);
  }

  /// Somebody has made a document that looks like the hub's.
  public void forged(Digest document) {
    others.forged(document);
  }

  /// The hub has put this document of its own into a kit.
  public void kitMade(DeviceId to, Digest document) {
    others.kitMade(to, document);
  }

  /// The hub keeps a line of this device open.
  public void lineIsOpen(DeviceId of, long nowMillis) {
    revoked.served(of, "a line", nowMillis);
  }

  public void whole(List<? extends Shop> shops, long nowMillis) {
    for (Invariant each : all) {
      each.whole(shops, nowMillis);
    }
  }

  /// Fifteen minutes after the last fault. Rollouts go on: a device that was given leave a second
  /// ago is asked again a little later.
  ///
  /// @return the devices that had not come together at this moment
  /// @param isLast whether there is no later: the first of those breaks I8
  public <T extends Shop> List<T> atTheEnd(List<T> shops, long nowMillis, boolean isLast) {
    List<T> onTheirWay = new ArrayList<>();
    for (T shop : shops) {
      if (shop.isCopy()) {
        continue;
      }
      try {
        int overruled = converges.overruled();
        counts.add("end " + word(converges.check(shop, nowMillis).name()));
        if (converges.overruled() > overruled) {
          counts.add("end overruled said offline");
        }
      } catch (InvariantBroken broken) {
        if (isLast) {
          throw broken;
        }
        onTheirWay.add(shop);
      }
    }
    return onTheirWay;
  }

  /// No rollout stands still for no cause.
  public void rolloutsAtTheEnd(long nowMillis) {
    hangs.check(counts, nowMillis);
  }

  private void moved(@Nullable ReleaseState before, ReleaseState after) {
    Class<?> from = before == null ? ReleaseState.Absent.class : before.getClass();
    if (from != after.getClass()) {
      counts.add(
          "release "
              + word(from.getSimpleName())
              + " -> "
              + word(after.getClass().getSimpleName()));
    }
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
