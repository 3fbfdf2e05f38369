package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Map;
import java.util.Optional;

/// What `tombolo apply -f` can make or change. `parameters` map application name -> parameter ->
/// value; slot beats site beats fleet beats application.
public sealed interface AdminObject {
  String displayName();

  Map<String, String> labels();

  record Fleet(
      Name name,
      String displayName,
      Map<String, String> labels,
      boolean isProtected,
      Map<Name, Map<String, String>> parameters)
      implements AdminObject {}

  /// @param timeZone IANA name
  record Site(
      Name name,
      Name fleet,
      String displayName,
      Map<String, String> labels,
      String timeZone,
      String region,
      String contact,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times)
      implements AdminObject {
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
  }

  record Slot(
      SlotRef ref,
      String displayName,
      Map<String, String> labels,
      Map<Name, Map<String, String>> parameters)
      implements AdminObject {}

  /// Selects a release for a fleet, as `assign` does, with parameters.
  record Application(
      Name name,
      Name fleet,
      Optional<ReleaseRef> release,
      String displayName,
      Map<String, String> labels,
      Map<String, String> parameters)
      implements AdminObject {}
}
