package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `tombolo apply -f` can make or change. `parameters` map application name -> parameter ->
/// value; slot beats site beats fleet beats application.
public sealed interface AdminObject {
  String displayName();

  Map<String, String> labels();

  /// For people and for the audit: `site store-117`.
  String title();

  /// @param times of its sites, where they say nothing themselves
  /// @param line of its sites that have no rules of their own
  record Fleet(
      Name name,
      String displayName,
      Map<String, String> labels,
      boolean isProtected,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line)
      implements AdminObject {
    /// Whose sites say all of that for themselves.
    public Fleet(
        Name name,
        String displayName,
        Map<String, String> labels,
        boolean isProtected,
        Map<Name, Map<String, String>> parameters) {
      this(name, displayName, labels, isProtected, parameters, SiteTimes.ANY, Optional.empty());
    }

    @Override
    public String title() {
      return "fleet " + name;
    }
  }

  /// @param timeZone IANA name
  /// @param line empty: as its fleet says
  record Site(
      Name name,
      Name fleet,
      String displayName,
      Map<String, String> labels,
      String timeZone,
      String region,
      String contact,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line)
      implements AdminObject {
    /// With the line's rules of its fleet.
    public Site(
        Name name,
        Name fleet,
        String displayName,
        Map<String, String> labels,
        String timeZone,
        String region,
        String contact,
        Map<Name, Map<String, String>> parameters,
        SiteTimes times) {
      this(
          name,
          fleet,
          displayName,
          labels,
          timeZone,
          region,
          contact,
          parameters,
          times,
          Optional.empty());
    }

    /// Where anything may be done at any time.
    public Site(
        Name name,
        Name fleet,
        String displayName,
        Map<String, String> labels,
        String timeZone,
        String region,
        String contact,
        Map<Name, Map<String, String>> parameters) {
      this(name, fleet, displayName, labels, timeZone, region, contact, parameters, SiteTimes.ANY);
    }

    @Override
    public String title() {
      return "site " + name;
    }
  }

  record Slot(
      SlotRef ref,
      String displayName,
      Map<String, String> labels,
      Map<Name, Map<String, String>> parameters)
      implements AdminObject {
    @Override
    public String title() {
      return "slot " + ref;
    }
  }

  /// Selects a release for a fleet, as `assign` does, with parameters.
  ///
  /// @param policies where in the fleet it goes; none: everywhere
  /// @param source where release, parameters and policies come from; empty: from whoever applies it
  record Application(
      Name name,
      Name fleet,
      Optional<ReleaseRef> release,
      String displayName,
      Map<String, String> labels,
      Map<String, String> parameters,
      List<SyncPolicy> policies,
      Optional<GitSource> source)
      implements AdminObject {
    public Application {
      policies = List.copyOf(policies);
    }

    /// Without a source.
    public Application(
        Name name,
        Name fleet,
        Optional<ReleaseRef> release,
        String displayName,
        Map<String, String> labels,
        Map<String, String> parameters,
        List<SyncPolicy> policies) {
      this(name, fleet, release, displayName, labels, parameters, policies, Optional.empty());
    }

    /// Who this is and where it comes from, with what another says of the rest.
    public Application withContentOf(Application other) {
      return new Application(
          name,
          fleet,
          other.release,
          displayName,
          labels,
          other.parameters,
          other.policies,
          source);
    }

    public Application(
        Name name,
        Name fleet,
        Optional<ReleaseRef> release,
        String displayName,
        Map<String, String> labels,
        Map<String, String> parameters) {
      this(name, fleet, release, displayName, labels, parameters, List.of());
    }

    @Override
    public String title() {
      return "application " + fleet + "/" + name;
    }
  }

  /// Begins a rollout. What it says cannot be changed while it is under way; once it is over,
  /// another content begins the next one under the same name.
  ///
  /// @param plan its deadline is one that was written as a time
  /// @param lifeMillis the deadline that was written as a time after the beginning
  record Rollout(
      Name name, ReleaseRef release, Scope scope, RolloutPlan plan, Optional<Long> lifeMillis)
      implements AdminObject {
    @Override
    public String displayName() {
      return "";
    }

    @Override
    public Map<String, String> labels() {
      return Map.of();
    }

    @Override
    public String title() {
      return "rollout " + name;
    }

    /// As it goes when it begins at a time.
    public RolloutPlan planFrom(long beginMillis) {
      return lifeMillis
          .map(life -> withDeadline(plan, Long.valueOf(beginMillis + life)))
          .orElse(plan);
    }

    /// What has begun, with its deadline written as it is here.
    public Rollout asHere(
        ReleaseRef itsRelease, Scope itsScope, RolloutPlan itsPlan, long begunMillis) {
      Long deadline = itsPlan.deadlineMillis();
      return lifeMillis.isPresent() && deadline != null
          ? new Rollout(
              name,
              itsRelease,
              itsScope,
              withDeadline(itsPlan, null),
              Optional.of(deadline - begunMillis))
          : new Rollout(name, itsRelease, itsScope, itsPlan, Optional.empty());
    }

    private static RolloutPlan withDeadline(RolloutPlan plan, @Nullable Long deadline) {
      return new RolloutPlan(
          plan.waves(), plan.budgets(), plan.abort(), plan.permitMillis(), deadline);
    }
  }
}
