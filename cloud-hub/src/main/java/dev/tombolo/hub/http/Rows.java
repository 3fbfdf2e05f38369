package dev.tombolo.hub.http;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.http.api.ApplicationRow;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.AssignmentRow;
import dev.tombolo.hub.http.api.AuditRow;
import dev.tombolo.hub.http.api.CountsRow;
import dev.tombolo.hub.http.api.DeviceDetail;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.FleetRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.hub.http.api.LimitBody;
import dev.tombolo.hub.http.api.LineBody;
import dev.tombolo.hub.http.api.PauseRow;
import dev.tombolo.hub.http.api.ReleaseRow;
import dev.tombolo.hub.http.api.ResultRow;
import dev.tombolo.hub.http.api.SiteRow;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.http.api.SlotRow;
import dev.tombolo.hub.http.api.SlotShown;
import dev.tombolo.hub.http.api.TokenRow;
import dev.tombolo.hub.http.api.TransferRow;
import dev.tombolo.hub.http.api.UserRow;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns what the hub knows into the flat rows of the admin API.
final class Rows {
  static final String NO_SLOT = "-";

  private Rows() {}

  static CountsRow of(Views.Counts counts) {
    return new CountsRow(
        counts.total(), counts.upToDate(), counts.waiting(), counts.failed(), counts.offline());
  }

  private static long observed(Views.Origin origin, Views.Counts counts) {
    return observed(origin.generation(), counts);
  }

  private static long observed(long generation, Views.Counts counts) {
    return counts.working() == 0 ? generation : generation - 1;
  }

  static ApplicationRow of(
      Views.ApplicationView application, Views.Counts counts, @Nullable GitRow git) {
    return new ApplicationRow(
        application.origin().id(),
        application.name().text(),
        application.fleet().text(),
        application.displayName(),
        application.labels(),
        application.version(),
        application.policies(),
        of(counts),
        application.origin().generation(),
        observed(application.origin(), counts),
        application.origin().changedMillis(),
        application.origin().changedBy(),
        git);
  }

  static FleetRow of(Views.FleetView fleet, Views.Counts counts) {
    return new FleetRow(
        fleet.origin().id(),
        fleet.name().text(),
        fleet.displayName(),
        fleet.labels(),
        fleet.isProtected(),
        times(fleet.times()),
        line(fleet.line()),
        fleet.sites(),
        fleet.devices(),
        of(counts),
        fleet.origin().generation(),
        observed(fleet.origin(), counts),
        fleet.origin().changedMillis(),
        fleet.origin().changedBy());
  }

  static SiteRow of(Views.SiteView site, Views.Counts counts) {
    return new SiteRow(
        site.origin().id(),
        site.name().text(),
        site.fleet().text(),
        site.displayName(),
        site.labels(),
        site.timeZone(),
        site.region(),
        site.contact(),
        times(site.times()),
        line(site.line()),
        site.slots(),
        site.devices(),
        of(counts),
        site.origin().generation(),
        observed(site.origin(), counts),
        site.origin().changedMillis(),
        site.origin().changedBy());
  }

  private static SiteTimesBody times(SiteTimes times) {
    return new SiteTimesBody(
        words(times.download()),
        words(times.switching()),
        words(times.openingHours()),
        words(times.freezeDates()));
  }

  private static @Nullable LineBody line(Optional<LineRules> line) {
    return line.map(
            rules ->
                new LineBody(
                    rules.bandwidth().stream()
                        .map(it -> new LimitBody(it.hours().toString(), it.limit().toString()))
                        .toList()))
        .orElse(null);
  }

  static PauseRow of(TransferPause pause) {
    return new PauseRow(
        pause.place().site().text(),
        pause.place().slot().map(Name::text).orElse(null),
        pause.sinceMillis(),
        pause.by(),
        pause.why());
  }

  private static List<String> words(List<?> values) {
    return values.stream().map(Object::toString).toList();
  }

  static SlotRow of(Views.SlotView slot) {
    return new SlotRow(
        slot.origin().id(),
        slot.ref().toString(),
        slot.fleet().text(),
        slot.displayName(),
        slot.labels(),
        textOf(slot.holder()),
        slot.origin().generation(),
        slot.origin().changedMillis(),
        slot.origin().changedBy());
  }

  static SlotShown of(Views.SlotView slot, Views.Counts counts) {
    return new SlotShown(
        slot.origin().id(),
        slot.ref().toString(),
        slot.fleet().text(),
        slot.displayName(),
        slot.labels(),
        textOf(slot.holder()),
        of(counts),
        slot.origin().generation(),
        observed(slot.origin(), counts),
        slot.origin().changedMillis(),
        slot.origin().changedBy());
  }

  /// @param counts of the application in its fleet
  static AssignmentRow of(Views.AssignmentView assignment, Views.Counts counts) {
    Long generation = assignment.generation();
    return new AssignmentRow(
        assignment.application().text(),
        Stream.of(assignment.fleet(), assignment.site(), assignment.slot())
            .filter(part -> part != null)
            .map(part -> part.text())
            .collect(Collectors.joining("/")),
        assignment.version(),
        assignment.release().text(),
        assignment.changedMillis(),
        assignment.changedBy(),
        generation,
        generation == null ? null : Long.valueOf(observed(generation, counts)),
        assignment.site() == null ? of(counts) : null);
  }

  static ReleaseRow of(Views.ReleaseView release) {
    return new ReleaseRow(
        release.name().text(),
        release.version(),
        release.digest().text(),
        word(release.kind()),
        release.fleets(),
        release.files(),
        release.bytes(),
        release.securityFloor(),
        release.pushedMillis(),
        release.pushedBy(),
        release.needs().stream()
            .map(need -> need.application() + " >= " + need.atLeast())
            .toList());
  }

  static TokenRow of(Views.TokenView token, long nowMillis) {
    return new TokenRow(
        token.id(),
        token.revokedMillis() != null
            ? "revoked"
            : token.used() >= token.uses()
                ? "used"
                : token.expiresMillis() <= nowMillis ? "expired" : "open",
        token.fleet().text(),
        textOf(token.site()),
        textOf(token.slot()),
        token.uses(),
        token.used(),
        token.expiresMillis(),
        token.createdMillis(),
        token.createdBy());
  }

  static UserRow of(UserRecord user) {
    return new UserRow(
        user.name().text(), user.createdMillis(), user.createdBy(), user.revokedMillis());
  }

  /// A device that waits to be given a slot.
  static DeviceRow of(Stranger stranger) {
    return new DeviceRow(
        stranger.device().text(),
        NO_SLOT,
        "",
        stranger.isRevoked() ? "revoked" : "waiting",
        false,
        stranger.sinceMillis(),
        "",
        List.of());
  }

  static DeviceRow of(Views.DeviceView device, Wanted wanted) {
    return new DeviceRow(
        device.id().text(),
        device.slot().toString(),
        device.fleet().text(),
        word(device.standing()),
        device.online(),
        device.seenMillis(),
        device.agentVersion(),
        applications(device, wanted.at(device.fleet(), device.slot())));
  }

  /// What the device reported, beside what the operators want now: of a dark device the two differ.
  private static List<ApplicationState> applications(
      Views.DeviceView device, SortedMap<Name, String> wanted) {
    List<ApplicationState> states = new ArrayList<>();
    for (ApplicationStatus status : device.applications()) {
      states.add(of(status, wanted.remove(status.name())));
    }
    wanted.forEach(
        (name, version) ->
            states.add(
                new ApplicationState(
                    name.text(), version, null, "unreported", 0, 0, 0, 0, List.of())));
    return states;
  }

  /// What is on its way to a device.
  static List<TransferRow> transfers(Views.DeviceView device) {
    return device.applications().stream()
        .filter(status -> status.phase() == ApplicationStatus.Phase.FETCHING)
        .map(status -> transfer(device, status))
        .toList();
  }

  private static TransferRow transfer(Views.DeviceView device, ApplicationStatus status) {
    Transfer transfer =
        status.transfer() == null ? new Transfer(Transfer.How.FILES, null, 0) : status.transfer();
    long rate = transfer.bytesPerSecond();
    return new TransferRow(
        device.id().text(),
        device.slot().toString(),
        device.fleet().text(),
        device.online(),
        status.name().text(),
        status.wantedVersion(),
        word(transfer.how()),
        baseOf(transfer.base(), status),
        status.bytesDone(),
        status.bytesTotal(),
        rate,
        rate == 0 ? null : (status.bytesTotal() - status.bytesDone() + rate - 1) / rate,
        status.sinceWallMillis(),
        device.stateMillis(),
        status.reasons().stream().map(ReasonText::say).toList());
  }

  private static @Nullable String baseOf(@Nullable Digest base, ApplicationStatus status) {
    if (base == null) {
      return null;
    }
    return base.equals(status.live()) ? status.liveVersion() : base.brief();
  }

  static DeviceDetail detail(Views.DeviceView device, Wanted wanted) {
    Reason standing = device.standingReason();
    return new DeviceDetail(
        of(device, wanted),
        standing == null ? "" : ReasonText.say(standing),
        device.enrolledMillis(),
        device.facts(),
        device.revision(),
        device.heldRevision(),
        device.reasons().stream().map(ReasonText::say).toList(),
        device.stateMillis(),
        device.certificateNotAfterMillis());
  }

  static ResultRow of(Views.ResultView result) {
    return new ResultRow(
        result.id(),
        result.device().text(),
        result.slot().toString(),
        result.channel().text(),
        result.hubMillis(),
        result.sequence(),
        result.json());
  }

  static AuditRow of(AuditRecord record) {
    return new AuditRow(
        record.sequence(),
        record.millis(),
        record.principal(),
        record.action(),
        record.subject(),
        record.before(),
        record.after(),
        record.hash());
  }

  /// The word of a reason, as on the wire.
  static String codeOf(Reason reason) {
    return reason
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=.)([A-Z])", "-$1")
        .toLowerCase(Locale.ROOT);
  }

  private static ApplicationState of(ApplicationStatus status, @Nullable String wanted) {
    return new ApplicationState(
        status.name().text(),
        wanted,
        status.liveVersion(),
        word(status.phase()),
        status.sinceWallMillis(),
        status.bytesDone(),
        status.bytesTotal(),
        status.pid(),
        status.reasons().stream().map(ReasonText::say).toList());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static @Nullable String textOf(@Nullable Object id) {
    return id == null ? null : id.toString();
  }
}
