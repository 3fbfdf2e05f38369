package dev.tombolo.hub.policy;

import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.Windows;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Says why a device is as it is, the strongest cause first. There is always an answer.
public final class Why {
  private Why() {}

  /// @param application that the reason is about; null: the device
  public record Cause(@Nullable Name application, Reason reason) {
    public Cause(Reason reason) {
      this(null, reason);
    }

    private Cause with(Reason other) {
      return new Cause(application, other);
    }
  }

  /// As [#of], at a moment: what a device in the dark said about its windows is old by now, and is
  /// said by the hub's own reckoning instead.
  public static List<Reason> at(DeviceCondition condition, long nowMillis) {
    return reasons(causes(condition, nowMillis));
  }

  public static List<Reason> of(DeviceCondition condition) {
    return reasons(causes(condition));
  }

  private static List<Reason> reasons(List<Cause> causes) {
    return causes.stream().map(Cause::reason).toList();
  }

  /// As [#at], each with what it is about.
  public static List<Cause> causes(DeviceCondition condition, long nowMillis) {
    List<Cause> causes = causes(condition);
    if (condition.online()) {
      return causes;
    }
    Long certifiedUntil = condition.certifiedUntilMillis();
    if (certifiedUntil != null && certifiedUntil <= nowMillis && condition.device().isActive()) {
      // Before anything else happens it has to recover.
      causes.addFirst(
          new Cause(new Reason.CertificateExpired(condition.device().id().text(), certifiedUntil)));
    }
    causes.removeIf(
        it ->
            it.reason() instanceof Reason.BandwidthHeld held
                && held.untilMillis() > 0
                && held.untilMillis() <= nowMillis);
    DeviceCondition.Plan plan = condition.plan();
    if (plan == null) {
      return causes;
    }
    String site = condition.device().slot().site().text();
    Windows windows =
        new Windows(
            SiteWindows.section(
                plan.timeZone(),
                plan.times(),
                SiteWindows.year(site, nowMillis),
                plan.liftedUntilMillis()));
    boolean hasTimes = hasNewest(condition.state(), condition);
    return causes.stream()
        .map(
            it ->
                hasTimes || hasOpened(it.reason(), nowMillis)
                    ? it.with(reckoned(it.reason(), windows, nowMillis))
                    : it)
        .toList();
  }

  /// Whether the window that the device waits for has opened since. Whoever holds an older document
  /// may know other times than the hub has by now; what it said holds until then.
  private static boolean hasOpened(Reason said, long nowMillis) {
    return said instanceof Reason.ClosedWindow shut
        && shut.opensMillis() > 0
        && shut.opensMillis() <= nowMillis;
  }

  private static Reason reckoned(Reason said, Windows windows, long nowMillis) {
    Windows.Kind kind;
    if (said instanceof Reason.DownloadWindowClosed) {
      kind = Windows.Kind.DOWNLOAD;
    } else if (said instanceof Reason.SwitchWindowClosed
        || said instanceof Reason.ShopOpen
        || said instanceof Reason.Frozen) {
      kind = Windows.Kind.SWITCH;
    } else {
      return said;
    }
    Optional<Windows.Shut> shut = windows.shut(kind, nowMillis);
    long millis = windows.nextOpening(kind, nowMillis).orElse(0);
    String opens = windows.opens(kind, nowMillis);
    if (shut.isEmpty()) {
      return new Reason.Starting(
          "its window is open now; the device goes on with the line down and tells when it is back");
    }
    if (kind == Windows.Kind.DOWNLOAD) {
      return new Reason.DownloadWindowClosed(millis, opens);
    }
    return switch (shut.get()) {
      case OUTSIDE -> new Reason.SwitchWindowClosed(millis, opens);
      case SHOP_OPEN -> new Reason.ShopOpen(millis, opens);
      case FROZEN ->
          new Reason.Frozen(
              windows.freeze(nowMillis).map(Object::toString).orElse(""), millis, opens);
    };
  }

  private static List<Cause> causes(DeviceCondition condition) {
    List<Cause> causes = new ArrayList<>();
    String device = condition.device().id().text();
    switch (condition.device().standing()) {
      case REVOKED -> {
        causes.add(new Cause(new Reason.DeviceRevoked(device)));
        return causes;
      }
      case QUARANTINED, WAITING -> causes.add(new Cause(standing(condition)));
      case ACTIVE -> {}
    }
    if (!condition.online()) {
      causes.add(new Cause(new Reason.NotReached(device, condition.seenMillis())));
    }
    ReportBody.State state = condition.state();
    if (state != null) {
      state.reasons().forEach(it -> causes.add(new Cause(it)));
    }
    Reason paused = paused(condition);
    if (paused != null) {
      causes.add(new Cause(paused));
    }
    if (!condition.leftOut().isEmpty()) {
      causes.add(new Cause(new Reason.AgentTooOld(condition.agentVersion(), condition.leftOut())));
    }
    if (condition.wanted().isEmpty()) {
      causes.add(new Cause(new Reason.NothingAssigned()));
    }
    boolean isUpToDate = !condition.wanted().isEmpty();
    for (var wanted : new TreeMap<>(condition.wanted()).entrySet()) {
      List<Reason> its = new ArrayList<>();
      isUpToDate &= explain(wanted.getKey(), wanted.getValue(), state, condition, its);
      its.forEach(it -> causes.add(new Cause(wanted.getKey(), it)));
    }
    isUpToDate &= !hasLeftovers(condition.wanted(), state, causes);
    if (isUpToDate) {
      causes.add(new Cause(new Reason.UpToDate()));
    }
    sayOnce(paused, causes);
    return causes;
  }

  private static @Nullable Reason paused(DeviceCondition condition) {
    DeviceCondition.Pause pause = condition.pause();
    // What its agent does not know does not stop it.
    return pause == null || !condition.leftOut().isEmpty()
        ? null
        : new Reason.TransfersPaused(pause.by(), pause.why(), pause.sinceMillis());
  }

  /// A device says it of itself, and of each application that it holds back; and it may not have
  /// heard of the newest yet.
  private static void sayOnce(@Nullable Reason paused, List<Cause> causes) {
    boolean isSaid = false;
    for (Iterator<Cause> all = causes.iterator(); all.hasNext(); ) {
      Reason said = all.next().reason();
      if (said instanceof Reason.TransfersPaused) {
        if (isSaid || (paused != null && !said.equals(paused))) {
          all.remove();
        } else {
          isSaid = true;
        }
      }
    }
  }

  private static Reason standing(DeviceCondition condition) {
    Reason why = condition.device().refusal();
    return why != null
        ? why
        : new Reason.DeviceQuarantined(condition.device().id().text(), "no cause was recorded");
  }

  /// True when the application is as it should be.
  private static boolean explain(
      Name application,
      DeviceCondition.Wanted wanted,
      ReportBody.@Nullable State state,
      DeviceCondition condition,
      List<Reason> reasons) {
    ApplicationStatus status = find(state, application);
    if (status == null || !wanted.release().equals(status.wanted())) {
      if (status != null && hasNewest(state, condition) && !status.reasons().isEmpty()) {
        // It has the document and does not want what is in it: only the device knows why.
        reasons.addAll(status.reasons());
      } else if (condition.online()) {
        reasons.add(
            new Reason.Starting(
                application + "@" + wanted.version() + ": the device has not taken it up yet"));
      }
      return false;
    }
    if (status.phase() == ApplicationStatus.Phase.LIVE
        && status.reasons().equals(List.of(new Reason.UpToDate()))) {
      return true;
    }
    reasons.addAll(status.reasons());
    if (!status.reasons().isEmpty()) {
      status.held().ifPresent(reasons::add);
      return false;
    }
    switch (status.phase()) {
      case LIVE -> {
        return true;
      }
      case FETCHING ->
          reasons.add(
              new Reason.Downloading(application.text(), status.bytesDone(), status.bytesTotal()));
      case ABSENT, STAGED, SWITCHING, PROBING ->
          reasons.add(
              new Reason.Starting(
                  application
                      + "@"
                      + wanted.version()
                      + ": "
                      + status.phase().name().toLowerCase(java.util.Locale.ROOT)));
      case ROLLED_BACK ->
          reasons.add(
              new Reason.RejectedHere(
                  wanted.release(), new Reason.Unknown("the device named no cause")));
    }
    return false;
  }

  private static boolean hasNewest(ReportBody.@Nullable State state, DeviceCondition condition) {
    Digest newest = condition.manifest();
    return state != null && newest != null && newest.equals(state.manifest());
  }

  private static boolean hasLeftovers(
      Map<Name, DeviceCondition.Wanted> wanted,
      ReportBody.@Nullable State state,
      List<Cause> causes) {
    boolean has = false;
    if (state != null) {
      for (ApplicationStatus status : state.applications()) {
        if (!wanted.containsKey(status.name()) && status.live() != null) {
          causes.add(
              new Cause(
                  status.name(), new Reason.Starting(status.name() + ": is to be taken off")));
          has = true;
        }
      }
    }
    return has;
  }

  private static @Nullable ApplicationStatus find(
      ReportBody.@Nullable State state, Name application) {
    if (state == null) {
      return null;
    }
    for (ApplicationStatus status : state.applications()) {
      if (status.name().equals(application)) {
        return status;
      }
    }
    return null;
  }
}
