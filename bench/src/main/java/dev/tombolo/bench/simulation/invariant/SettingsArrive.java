package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.WeekSpan;
import java.time.DayOfWeek;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// I8, of settings: at the end a process has the parameters, and its device the times, that people
/// gave for that very place; and nobody refuses a value that the release allows. Reckoned from what
/// people wrote, the narrowest place first.
final class SettingsArrive extends Invariant {
  /// The one parameter of releases in these worlds, and what they allow.
  private static final String PARAMETER = "threads";

  private static final String USUAL = "2";
  private static final Set<String> ALLOWED = Set.of("1", "2", "3", "4", "5", "6", "7", "8");

  /// People write whole and half hours.
  private static final int STEP_MINUTES = 15;

  private final Facts facts;

  SettingsArrive(Facts facts) {
    super("I8");
    this.facts = facts;
  }

  // ---- what may be refused

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange.Durable change : changes) {
      if (change instanceof HubChange.RowsTaken taken) {
        for (ReportRow row : taken.rows()) {
          if (row.body() instanceof ReportBody.State said) {
            int shop = facts.numberOf(taken.device());
            areRight(said.reasons(), shop);
            for (ApplicationStatus status : said.applications()) {
              areRight(status.reasons(), shop);
            }
          }
        }
      }
    }
  }

  void answered(AdminAnswer answer) {
    if (answer instanceof AdminAnswer.Refused(var reason, _)) {
      areRight(List.of(reason), -1);
    }
  }

  private void areRight(List<Reason> reasons, int shop) {
    for (Reason reason : reasons) {
      hold(
          !(reason instanceof Reason.ParameterInvalid it
              && it.parameter().equals(PARAMETER)
              && ALLOWED.contains(it.value())),
          shop,
          () -> "a good value is refused: " + reason);
    }
  }

  // ---- what has come at the end

  /// @param process of an application that is live as it is wanted
  void runsAsSaid(Shop shop, DeviceRecord device, Name application, Shop.Running process) {
    Optional<String> wanted = threads(device, application);
    if (wanted.isEmpty() || !ALLOWED.contains(wanted.get())) {
      return;
    }
    List<String> arguments = process.arguments();
    hold(
        arguments.indexOf(wanted.get()) == arguments.indexOf("--" + PARAMETER) + 1,
        shop.number(),
        () -> application + " runs with " + arguments + ", and is to have " + wanted.get());
  }

  /// Empty where policies patch it, or it is made of labels.
  private Optional<String> threads(DeviceRecord device, Name application) {
    AdminObject.Site site = facts.hub.sites.get(device.slot().site());
    if (site == null) {
      return Optional.empty();
    }
    AdminObject.Application global = facts.hub.settings.application(site.fleet(), application);
    AdminObject.Fleet fleet = facts.hub.settings.fleet(site.fleet());
    AdminObject.Slot slot = facts.hub.settings.slot(device.slot());
    if (global != null && !global.policies().isEmpty()) {
      return Optional.empty();
    }
    return Optional.ofNullable(slot)
        .flatMap(it -> of(it.parameters(), application))
        .or(() -> of(site.parameters(), application))
        .or(() -> Optional.ofNullable(fleet).flatMap(it -> of(it.parameters(), application)))
        .or(
            () ->
                Optional.ofNullable(global)
                    .flatMap(it -> Optional.ofNullable(it.parameters().get(PARAMETER))))
        .or(() -> Optional.of(USUAL));
  }

  private static Optional<String> of(Map<Name, Map<String, String>> all, Name application) {
    return Optional.ofNullable(all.getOrDefault(application, Map.of()).get(PARAMETER));
  }

  /// @param shop whose document in force is the newest
  void hasItsTimes(Shop shop, DeviceRecord device, long nowMillis) {
    AdminObject.Site site = facts.hub.sites.get(device.slot().site());
    if (site == null) {
      return;
    }
    AdminObject.Fleet fleet = facts.hub.settings.fleet(site.fleet());
    SiteTimes own = site.times();
    SiteTimes all = fleet == null ? SiteTimes.ANY : fleet.times();
    Optional<WindowsSection> has = WindowRule.of(facts.of(shop)).windows();
    hold(
        has.isEmpty() || has.get().zone().zone().equals(site.timeZone()),
        shop.number(),
        () -> "it has the time of " + has.get().zone().zone() + " instead of " + site.timeZone());
    isKind(shop, SiteTimes.DOWNLOAD, own, all, SiteTimes::download, has, WindowsSection::download);
    isKind(shop, SiteTimes.SWITCH, own, all, SiteTimes::switching, has, WindowsSection::switching);
    isKind(
        shop,
        SiteTimes.OPENING,
        own,
        all,
        SiteTimes::openingHours,
        has,
        WindowsSection::openingHours);
    var freezes = said(SiteTimes.FREEZES, own, all, SiteTimes::freezeDates);
    hold(
        Set.copyOf(freezes)
            .equals(Set.copyOf(has.map(WindowsSection::freezeDates).orElse(List.of()))),
        shop.number(),
        () -> "it has freeze dates " + has + " instead of " + freezes);
    if (has.isPresent()) {
      Optional<Long> lifted =
          Optional.ofNullable(has.get().liftedUntilMillis()).filter(until -> until > nowMillis);
      Optional<Long> wanted = facts.hub.settings.liftedUntil(device.slot(), nowMillis);
      hold(
          lifted.equals(wanted),
          shop.number(),
          () -> "its windows are lifted until " + lifted + ", and people said " + wanted);
    }
  }

  /// Of each kind a site's own, else its fleet's.
  private static <T> List<T> said(
      String kind, SiteTimes own, SiteTimes all, Function<SiteTimes, List<T>> of) {
    return of.apply(own).isEmpty() && !own.none().contains(kind) ? of.apply(all) : of.apply(own);
  }

  private void isKind(
      Shop shop,
      String kind,
      SiteTimes own,
      SiteTimes all,
      Function<SiteTimes, List<Weekly>> of,
      Optional<WindowsSection> has,
      Function<WindowsSection, List<WeekSpan>> ofSection) {
    List<Weekly> wanted = said(kind, own, all, of);
    List<WeekSpan> there = has.map(ofSection).orElse(List.of());
    if (wanted.isEmpty() && there.isEmpty()) {
      return;
    }
    for (int minute = 0; minute < WeekSpan.WEEK_MINUTES; minute += STEP_MINUTES) {
      int at = minute;
      hold(
          isWithin(wanted, at)
              == there.stream()
                  .anyMatch(
                      it ->
                          (it.fromMinute() <= at && at < it.untilMinute())
                              || at + WeekSpan.WEEK_MINUTES < it.untilMinute()),
          shop.number(),
          () -> "its " + kind + " are " + there + " instead of " + wanted);
    }
  }

  /// What ends when it begins or earlier ends on the day after.
  private static boolean isWithin(List<Weekly> times, int minuteOfWeek) {
    DayOfWeek day = DayOfWeek.of(1 + minuteOfWeek / WeekSpan.DAY_MINUTES);
    int minute = minuteOfWeek % WeekSpan.DAY_MINUTES;
    for (Weekly each : times) {
      boolean isOverNight = each.untilMinute() <= each.fromMinute();
      boolean isToday =
          each.days().contains(day)
              && minute >= each.fromMinute()
              && (isOverNight || minute < each.untilMinute());
      boolean isOfTheNight =
          isOverNight && each.days().contains(day.minus(1)) && minute < each.untilMinute();
      if (isToday || isOfTheNight) {
        return true;
      }
    }
    return false;
  }
}
