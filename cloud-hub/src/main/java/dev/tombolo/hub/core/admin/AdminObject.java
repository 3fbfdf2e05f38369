package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `tombolo apply -f` can make or change. `parameters` map application name -> parameter ->
/// value; slot beats site beats fleet beats application.
public sealed interface AdminObject {
  String displayName();

  Map<String, String> labels();

  /// For people and for the audit: `site store-117`.
  String title();

  /// @param line of its sites that have no rules of their own
  record Fleet(
      Name name,
      String displayName,
      Map<String, String> labels,
      boolean isProtected,
      Map<Name, Map<String, String>> parameters,
      Optional<LineRules> line)
      implements AdminObject {
    /// Whose lines are not bounded.
    public Fleet(
        Name name,
        String displayName,
        Map<String, String> labels,
        boolean isProtected,
        Map<Name, Map<String, String>> parameters) {
      this(name, displayName, labels, isProtected, parameters, Optional.empty());
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
  record Application(
      Name name,
      Name fleet,
      Optional<ReleaseRef> release,
      String displayName,
      Map<String, String> labels,
      Map<String, String> parameters,
      List<SyncPolicy> policies)
      implements AdminObject {
    public Application {
      policies = List.copyOf(policies);
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
}
