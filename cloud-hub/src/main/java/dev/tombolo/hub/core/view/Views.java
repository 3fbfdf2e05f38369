package dev.tombolo.hub.core.view;

import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows of [HubViews].
public final class Views {
  private Views() {}

  /// Id, generation and author of an operator's object.
  public record Origin(String id, long generation, long changedMillis, String changedBy) {}

  public record FleetView(
      Name name,
      String displayName,
      Map<String, String> labels,
      boolean isProtected,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line,
      int sites,
      int devices,
      Origin origin) {}

  /// How far the devices of a place are.
  ///
  /// @param total active devices
  /// @param upToDate have the newest document, and run all that it selects
  /// @param failed went back to what they had
  /// @param offline of all of them, without a line now
  /// @param working online, and neither up to date nor failed
  public record Counts(long total, long upToDate, long failed, long offline, long working) {
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    public long waiting() {
      return total - upToDate - failed;
    }
  }

  /// A device that should have an application.
  ///
  /// @param version that is live; null: none
  /// @param isCurrent it runs what it should, with all that was said of it
  /// @param toldMillis when the document was made that it has carried out; 0: not known
  public record RunningView(
      SlotRef slot,
      boolean isOnline,
      @Nullable String version,
      boolean isCurrent,
      boolean hasFailed,
      long toldMillis) {}

  /// An application of a fleet, as somebody has applied it.
  ///
  /// @param version of the release that its fleet is to have; null: none
  public record ApplicationView(
      Name name,
      Name fleet,
      String displayName,
      Map<String, String> labels,
      @Nullable String version,
      int policies,
      Origin origin) {}

  /// An application that comes out of Git.
  public record GitView(Name fleet, Name application, GitSource source, GitState state) {}

  public record SiteView(
      Name name,
      Name fleet,
      String displayName,
      Map<String, String> labels,
      String timeZone,
      String region,
      String contact,
      Map<Name, Map<String, String>> parameters,
      SiteTimes times,
      Optional<LineRules> line,
      int slots,
      int devices,
      Origin origin) {}

  /// @param holder the active device in it
  public record SlotView(
      SlotRef ref,
      Name fleet,
      String displayName,
      Map<String, String> labels,
      Map<Name, Map<String, String>> parameters,
      @Nullable DeviceId holder,
      Origin origin) {}

  /// @param generation of the application, where it is its own release for a whole fleet; else null
  public record AssignmentView(
      Name application,
      Name fleet,
      @Nullable Name site,
      @Nullable Name slot,
      String version,
      Digest release,
      long changedMillis,
      String changedBy,
      @Nullable Long generation) {}

  public record ReleaseView(
      Digest digest,
      Name name,
      String version,
      ReleaseManifest.Kind kind,
      List<String> fleets,
      long securityFloor,
      int files,
      long bytes,
      long pushedMillis,
      String pushedBy,
      List<Need> needs) {}

  /// @param used by so many keys
  public record TokenView(
      String id,
      Name fleet,
      @Nullable Name site,
      @Nullable Name slot,
      int uses,
      int used,
      long createdMillis,
      String createdBy,
      long expiresMillis,
      @Nullable Long revokedMillis) {}

  /// @param revision of the newest document made for it; 0 before the first
  /// @param heldRevision of the newest document it is known to hold
  /// @param applications as it last reported
  /// @param stateMillis hub time of that report; 0 before the first
  public record DeviceView(
      DeviceId id,
      Name fleet,
      SlotRef slot,
      DeviceRecord.Standing standing,
      @Nullable Reason standingReason,
      boolean online,
      long seenMillis,
      long enrolledMillis,
      String agentVersion,
      Map<String, String> facts,
      long revision,
      long heldRevision,
      List<ApplicationStatus> applications,
      List<Reason> reasons,
      long stateMillis,
      long certificateNotAfterMillis) {}

  /// @param json the workload's own, unchanged
  public record ResultView(
      long id,
      DeviceId device,
      SlotRef slot,
      String incarnation,
      long sequence,
      long hubMillis,
      long wallMillis,
      Name channel,
      String json) {}

  /// How much of a log of rows is kept.
  ///
  /// @param gone rows up to this id, which is as many, have been dropped
  /// @param bytes about as they stand on the disk
  public record LogView(long gone, long rows, long bytes, long oldestMillis) {}

  /// @param what a fixed word; `dropped` for counted drops, whose numbers are in `detail`
  /// @param detail JSON of the cause or the numbers; empty when there is none
  public record HappenedView(
      long id,
      DeviceId device,
      String incarnation,
      long sequence,
      long hubMillis,
      long wallMillis,
      String what,
      @Nullable Name application,
      @Nullable Digest release,
      String detail) {}

  /// Totals for metrics and people.
  public record Figures(
      long fleets,
      long sites,
      long slots,
      long devicesActive,
      long devicesQuarantined,
      long devicesRevoked,
      long devicesOnline,
      long releases,
      long results,
      long happened,
      long auditRecords,
      long databaseBytes) {}
}
