package dev.tombolo.hub.http;

import dev.tombolo.hub.http.api.RolloutAsk;
import dev.tombolo.hub.http.api.RolloutWaveAsk;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what a person wants of a rollout.
final class RolloutBodies {
  private static final int PERCENT_MAX = 100;

  /// Ten years.
  private static final long LIFE_MILLIS_MAX = 3_650L * 24 * 3_600_000;

  private RolloutBodies() {}

  static Scope scope(RolloutAsk ask) throws RefusedException {
    Set<Name> sites = new HashSet<>();
    for (String site : ask.sites()) {
      sites.add(Parts.name("sites", site));
    }
    return new Scope(Parts.name("fleet", ask.fleet()), sites, ask.labels());
  }

  static RolloutPlan plan(RolloutAsk ask) throws RefusedException {
    List<Wave> waves = new ArrayList<>();
    for (RolloutWaveAsk wave : ask.waves()) {
      if (!waves.isEmpty() && waves.getLast().pick() instanceof Pick.Rest) {
        throw Parts.invalid("waves", wave.name(), "nobody is left after a wave of the rest");
      }
      waves.add(wave(wave));
    }
    if (waves.isEmpty()) {
      waves.add(new Wave("canary", new Pick.Count(1), Gate.USUAL));
      waves.add(new Wave("tenth", new Pick.Percent(10), Gate.USUAL));
    }
    return new RolloutPlan(
        waves,
        new Budgets(
            or(ask.perSite(), Budgets.USUAL.perSite()),
            or(ask.inFlight(), Budgets.USUAL.inFlight()),
            or(ask.failuresPerSite(), Budgets.USUAL.failuresPerSite())),
        new AbortRule(
            or(ask.abortFailed(), AbortRule.USUAL.failed()),
            or(ask.abortPercent(), AbortRule.USUAL.failedPercent()),
            ask.rollsBack()),
        Objects.requireNonNullElse(ask.permitMillis(), RolloutPlan.PERMIT_MILLIS_USUAL),
        ask.deadlineMillis());
  }

  /// @param nowMillis from which a deadline is reckoned that was said as a time after the beginning
  static RolloutPlan plan(RolloutAsk ask, long nowMillis) throws RefusedException {
    RolloutPlan plan = plan(ask);
    Long life = ask.lifeMillis();
    if (life == null) {
      return plan;
    }
    if (life <= 0 || life > LIFE_MILLIS_MAX || plan.deadlineMillis() != null) {
      throw Parts.invalid(
          "lifeMillis", life.toString(), "use 1 to " + LIFE_MILLIS_MAX + ", and no deadlineMillis");
    }
    return new RolloutPlan(
        plan.waves(), plan.budgets(), plan.abort(), plan.permitMillis(), nowMillis + life);
  }

  private static int or(@Nullable Integer given, int usual) {
    return given == null ? usual : given;
  }

  private static Wave wave(RolloutWaveAsk ask) throws RefusedException {
    return new Wave(
        ask.name(),
        pick(ask.pick()),
        new Gate(
            or(ask.healthyPercent(), Gate.USUAL.healthyPercent()),
            Objects.requireNonNullElse(ask.soakMillis(), Gate.USUAL.soakMillis()),
            ask.needsApproval()));
  }

  private static Pick pick(String text) throws RefusedException {
    if (text.equals("rest")) {
      return new Pick.Rest();
    }
    if (text.startsWith("@")) {
      Map<String, String> labels = new HashMap<>();
      for (String each : text.substring(1).split("&", -1)) {
        int at = each.indexOf('=');
        if (at < 1) {
          throw wrong(text);
        }
        labels.put(each.substring(0, at), each.substring(at + 1));
      }
      return new Pick.Labelled(labels);
    }
    if (text.contains("/")) {
      Set<SlotRef> slots = new HashSet<>();
      for (String each : text.split("\\+", -1)) {
        slots.add(Parts.read("wave", each, SlotRef::parse));
      }
      return new Pick.Listed(slots);
    }
    boolean isShare = text.endsWith("%");
    try {
      int number = Integer.parseInt(isShare ? text.substring(0, text.length() - 1) : text);
      if (number >= 0 && (!isShare || number <= PERCENT_MAX)) {
        return isShare ? new Pick.Percent(number) : new Pick.Count(number);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong(text);
  }

  private static RefusedException wrong(String text) {
    return Parts.invalid(
        "wave",
        text,
        "use a number (5), a share (10%), labels (@tier=pilot), slots (shop-1/till-1+shop-2/till-1),"
            + " or rest");
  }
}
