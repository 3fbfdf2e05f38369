package dev.tombolo.hub.core.view;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What operators may read, as of the last commit. Safe from any thread. Lists are ordered by name
/// unless they say otherwise.
public interface HubViews extends AutoCloseable {
  /// The most rows any list returns at once. One more tells whether there are more.
  int ROWS_MAX = 1_000;

  List<Views.FleetView> fleets(PageAsk page);

  Optional<Views.FleetView> fleet(Name name);

  List<Views.SiteView> sites(Optional<Name> fleet, PageAsk page);

  Optional<Views.SiteView> site(Name name);

  /// By fleet and name; at most [#ROWS_MAX].
  List<Views.ApplicationView> applications(Optional<Name> fleet, Optional<Name> name);

  /// How far the devices of each of these fleets are; one without a device is left out.
  Map<Name, Views.Counts> fleetCounts(List<Name> fleets);

  Map<Name, Views.Counts> siteCounts(List<Name> sites);

  /// Of the one device that a slot may have.
  Views.Counts slotCounts(SlotRef slot);

  Optional<Views.SlotView> slot(SlotRef slot);

  /// By `FLEET/APPLICATION`: the devices whose documents select it.
  Map<String, Views.Counts> applicationCounts(Collection<Name> fleets);

  /// Devices whose documents select an application, by slot.
  List<Views.RunningView> running(Name fleet, Name application, PageAsk page);

  List<Views.SlotView> slots(Optional<Name> fleet, Optional<Name> site, PageAsk page);

  /// The fleet that the slot belongs to; empty when there is no such slot.
  Optional<Name> fleetOf(SlotRef slot);

  RolloutViews rollouts();

  /// By site, then by slot; what stops a whole site comes before its slots. [#ROWS_MAX] at the
  /// most.
  List<TransferPause> pauses();

  /// By fleet, site, slot and application; what is wanted in a whole fleet comes before its sites.
  List<Views.AssignmentView> assignments(Optional<Name> fleet, PageAsk page);

  /// Everything that bears on what a slot's device should run; empty when there is no such slot.
  ///
  /// @param nowMillis until when permits are suspected that a restore lost depends on it
  Optional<SlotSettings> settings(SlotRef slot, long nowMillis);

  /// Applications that come out of Git, by fleet and name; at most [#ROWS_MAX].
  List<Views.GitView> gits(Optional<Name> fleet);

  /// The same for many slots of one fleet, at most [#ROWS_MAX], with a few questions in all; slots
  /// that are not there are left out.
  Map<SlotRef, SlotSettings> settings(Name fleet, Collection<SlotRef> slots, long nowMillis);

  /// Fleets with an application that does not go everywhere in them.
  Set<Name> fleetsInParts();

  /// Those that reach devices in the sites from `first` to `last`, of a fleet or of all.
  List<Views.AssignmentView> assignmentsReaching(Optional<Name> fleet, Name first, Name last);

  /// Newest first.
  List<Views.ReleaseView> releases(PageAsk page);

  Optional<Views.ReleaseView> release(ReleaseRef ref);

  /// Releases that are assigned to any place, or that a rollout may still bring there: one that is
  /// under way, or the last of its fleet and application that was completed.
  List<Digest> assignedReleases();

  /// Releases that active devices reported as live, and how many devices each.
  Map<Digest, Long> liveReleases();

  /// These, and the newest of each application.
  List<Views.ReleaseView> newestReleases(Set<Digest> others);

  /// Active devices that last reported a download under way, as [#devices].
  List<Views.DeviceView> downloading(Optional<Name> fleet, Optional<Name> site, PageAsk page);

  long countDownloading(Optional<Name> fleet, Optional<Name> site);

  /// The signed envelope of a release, JSON as its publisher made it.
  Optional<String> releaseEnvelope(Digest release);

  /// Oldest first.
  List<Envelope> publisherRoots();

  /// Newest first.
  List<Views.TokenView> tokens(PageAsk page);

  /// Revoked ones too.
  List<UserRecord> users();

  /// By slot.
  List<Views.DeviceView> devices(
      Optional<Name> fleet, Optional<Name> site, Optional<Standing> standing, PageAsk page);

  /// How many rows a list has; devices of any standing.
  long count(Listed listed, Optional<Name> fleet, Optional<Name> site);

  /// How many rows [#devices] has.
  long countDevices(Optional<Name> fleet, Optional<Name> site, Optional<Standing> standing);

  Optional<Views.DeviceView> device(DeviceId device);

  /// Devices with certificates of ours that the database does not know, by id. They are revoked, or
  /// wait.
  List<Stranger> strangers(Optional<Standing> standing, PageAsk page);

  long countStrangers(Optional<Standing> standing);

  Optional<Stranger> stranger(DeviceId device);

  History history();

  /// The device that holds the slot now, else the one put out of it last that may come back.
  Optional<DeviceId> holder(SlotRef slot);

  /// Everything that says why a device is as it is.
  Optional<DeviceCondition> condition(DeviceId device, long nowMillis);

  /// Results with an id above `after`, oldest first. `tail` starts from [#lastResult].
  List<Views.ResultView> results(
      long after, Optional<DeviceId> device, Optional<Name> channel, int limit);

  /// The newest results, oldest first.
  List<Views.ResultView> newestResults(
      Optional<DeviceId> device, Optional<Name> channel, int limit);

  /// The id of the newest result, also when it is gone already; 0 before the first.
  long lastResult();

  /// Rows of a log up to this id have been dropped.
  long gone(RowLog log);

  /// How much of a log there is.
  Views.LogView log(RowLog log);

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
