package dev.tombolo.hub.core.view;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import java.util.List;
import java.util.Optional;

/// What operators may read, as of the last commit. Safe from any thread. Lists are ordered by name
/// unless they say otherwise.
public interface HubViews extends AutoCloseable {
  /// The most rows any list returns at once.
  int ROWS_MAX = 1_000;

  List<Views.FleetView> fleets();

  List<Views.SiteView> sites(Optional<Name> fleet);

  List<Views.SlotView> slots(Optional<Name> fleet, Optional<Name> site);

  List<Views.ApplicationView> applications(Optional<Name> fleet);

  List<Views.AssignmentView> assignments(Optional<Name> fleet);

  /// Newest first.
  List<Views.ReleaseView> releases();

  /// The signed envelope of a release, JSON as its publisher made it.
  Optional<String> releaseEnvelope(Digest release);

  /// Oldest first.
  List<Envelope> publisherRoots();

  /// Newest first.
  List<Views.TokenView> tokens();

  /// Revoked ones too.
  List<UserRecord> users();

  /// @param after the last id of the page before
  List<Views.DeviceView> devices(
      Optional<Name> fleet, Optional<Name> site, Optional<DeviceId> after, int limit);

  Optional<Views.DeviceView> device(DeviceId device);

  /// Devices with certificates of ours that the database does not know.
  List<Stranger> strangers();

  History history();

  /// The device that holds the slot now, else the one put out of it last that may come back.
  Optional<DeviceId> holder(SlotRef slot);

  /// Everything that says why a device is as it is.
  Optional<DeviceCondition> condition(DeviceId device);

  /// Results with an id above `after`, oldest first. `tail` starts from [#lastResult].
  List<Views.ResultView> results(
      long after, Optional<DeviceId> device, Optional<Name> channel, int limit);

  /// The newest results, oldest first.
  List<Views.ResultView> newestResults(
      Optional<DeviceId> device, Optional<Name> channel, int limit);

  /// The id of the newest result; 0 when there is none.
  long lastResult();

  /// What devices reported as having happened, with an id above `after`, oldest first.
  List<Views.HappenedView> happened(long after, Optional<DeviceId> device, int limit);

  long lastHappened();

  /// From `sequence` on, oldest first.
  List<AuditRecord> audit(long sequence, int limit);

  /// Sequence of the newest audit record; 0 when there is none.
  long lastAudit();

  Views.Figures figures();

  @Override
  void close();
}
