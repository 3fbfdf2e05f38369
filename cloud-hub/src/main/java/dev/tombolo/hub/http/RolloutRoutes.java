package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Overlay;
import dev.tombolo.hub.core.view.PageAsk;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.core.view.RolloutViews.MemberView;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.RolloutAsk;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutDeviceRow;
import dev.tombolo.hub.http.api.RolloutMade;
import dev.tombolo.hub.http.api.RolloutPlannedRow;
import dev.tombolo.hub.http.api.RolloutPreviewShown;
import dev.tombolo.hub.http.api.RolloutSteerAsk;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rollouts: looked at, tried out, begun and steered.
final class RolloutRoutes {
  private static final BigDecimal PRICE_MAX = BigDecimal.valueOf(1_000_000);

  /// Behind the point.
  private static final int PRICE_DIGITS_MAX = 9;

  private static final int LISTED_MAX = 1_000;
  private static final int DEVICES_SHOWN = 100;
  private static final int EVENTS_SHOWN = 20;

  private final CommandDesk desk;
  private final HubViews views;
  private final BundleDesk bundles;

  RolloutRoutes(CommandDesk desk, HubViews views, BundleDesk bundles) {
    this.desk = desk;
    this.views = views;
    this.bundles = bundles;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/rollouts", this::list);
    routes.post("/api/v1/rollouts", this::create);
    routes.post("/api/v1/rollouts/preview", this::preview);
    routes.get("/api/v1/rollouts/{rollout}", this::show);
    routes.post("/api/v1/rollouts/{rollout}/{action}", this::steer);
  }

  private void list(Context context) throws RefusedException {
    Optional<Name> fleet = Parts.optionalName("fleet", context.queryParam("fleet"));
    long now = System.currentTimeMillis();
    Requests.answer(
        context,
        views.rollouts().rollouts(fleet, LISTED_MAX).stream()
            .map(view -> RolloutRows.of(view, now))
            .toList());
  }

  private void show(Context context) throws RefusedException {
    RolloutViews rollouts = views.rollouts();
    RolloutId id = idOf(context);
    RolloutViews.RolloutView view =
        rollouts
            .rollout(id)
            .orElseThrow(
                () ->
                    new RefusedException(new Reason.NotFound("rollout", id.toString(), List.of())));
    List<RolloutDeviceRow> outstanding = new ArrayList<>();
    for (Phase phase : List.of(Phase.PERMITTED, Phase.SWITCHED, Phase.LOST)) {
      devices(view.record(), rollouts.members(id, phase, DEVICES_SHOWN), outstanding);
    }
    List<RolloutDeviceRow> failed = new ArrayList<>();
    devices(view.record(), rollouts.members(id, Phase.FAILED, DEVICES_SHOWN), failed);
    Requests.answer(
        context,
        new RolloutDetail(
            RolloutRows.of(view, System.currentTimeMillis()),
            rollouts.rolloutEvents(id, EVENTS_SHOWN).stream().map(Rows::of).toList(),
            failed,
            outstanding));
  }

  private void devices(
      RolloutRecord record, List<MemberView> members, List<RolloutDeviceRow> rows) {
    ReleaseNames names = new ReleaseNames(views);
    for (MemberView member : members) {
      long until =
          member.grantedMillis() > 0 ? member.grantedMillis() + record.plan().permitMillis() : 0;
      Reason reason = member.reason();
      rows.add(
          new RolloutDeviceRow(
              member.slot().toString(),
              record.plan().waves().get(member.wave()).name(),
              member.phase().name().toLowerCase(Locale.ROOT),
              until,
              reason == null ? "" : names.say(reason)));
    }
  }

  private void create(Context context) throws RefusedException, IOException, InterruptedException {
    RolloutAsk ask = Requests.body(context, RolloutAsk.class);
    ReleaseRef release = Parts.release("release", ask.release());
    Scope scope = RolloutBodies.scope(ask);
    RolloutPlan plan = RolloutBodies.plan(ask, System.currentTimeMillis());
    List<String> warnings = new ArrayList<>(idleGate(plan));
    if (isKnown(scope, release)) {
      warnings.addAll(lonely(scope, release.name(), ask.evenIfNobody()));
    }
    AdminCommand command =
        new AdminCommand.CreateRollout(release, scope, plan, Optional.ofNullable(ask.typedName()));
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.RolloutMade made ->
          Requests.answer(context, new RolloutMade(made.rollout().toString(), warnings));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private void steer(Context context) throws RefusedException, IOException, InterruptedException {
    RolloutSteerAsk ask = Requests.body(context, RolloutSteerAsk.class);
    RolloutId id = idOf(context);
    AdminCommand.SteerRollout.Action action = action(context.pathParam("action"));
    AdminCommand command =
        new AdminCommand.SteerRollout(
            id,
            action,
            ask.why(),
            ask.anyway(),
            action == AdminCommand.SteerRollout.Action.APPROVE ? meant(ask, id) : Optional.empty(),
            Optional.ofNullable(ask.typedName()));
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.Done done -> Requests.answer(context, new Changes(done.changes()));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private Optional<String> meant(RolloutSteerAsk ask, RolloutId id) throws RefusedException {
    String said = ask.wave();
    return said == null ? onlyOneLeft(id) : Optional.of(said);
  }

  /// A yes that names no wave, said twice, would open the one after it, too: so it is only taken
  /// where just one is left.
  private Optional<String> onlyOneLeft(RolloutId id) throws RefusedException {
    Optional<RolloutRecord> record =
        views.rollouts().rollout(id).map(RolloutViews.RolloutView::record);
    if (record.isEmpty() || !record.get().state().isUnderWay()) {
      return Optional.empty();
    }
    RolloutPlan plan = record.get().plan();
    int next = record.get().state().openThrough() + 1;
    if (next > plan.last()) {
      return Optional.empty();
    }
    if (next < plan.last()) {
      throw Parts.invalid(
          "wave",
          "",
          "say which one you mean; the next is "
              + plan.waves().get(next).name()
              + " (--wave "
              + plan.waves().get(next).name()
              + ")");
    }
    return Optional.of(plan.waves().get(next).name());
  }

  private static AdminCommand.SteerRollout.Action action(String text) throws RefusedException {
    for (AdminCommand.SteerRollout.Action action : AdminCommand.SteerRollout.Action.values()) {
      if (action.name().toLowerCase(Locale.ROOT).equals(text)) {
        return action;
      }
    }
    throw Parts.invalid("action", text, "use pause, resume, approve, abort, rollback or retry");
  }

  /// By its id, or by the name of the object that it was applied as.
  private RolloutId idOf(Context context) throws RefusedException {
    String said = context.pathParam("rollout");
    if (RolloutId.isOne(said)) {
      return RolloutId.parse(said);
    }
    Name name = Parts.name("rollout", said);
    return views
        .rollouts()
        .named(name)
        .map(view -> view.record().id())
        .orElseThrow(() -> notFound("rollout", said, views.rollouts().names().stream()));
  }

  /// Off the hub's loop: it reads every device of the fleet.
  private void preview(Context context) throws RefusedException, IOException {
    RolloutAsk ask = Requests.body(context, RolloutAsk.class);
    Long line = ask.lineBitsPerSecond();
    if (line != null && line <= 0) {
      throw Parts.invalid("lineBitsPerSecond", line.toString(), "use more than 0");
    }
    BigDecimal price = ask.pricePerGb();
    if (price != null && (price.signum() < 0 || price.compareTo(PRICE_MAX) > 0)) {
      throw Parts.invalid("pricePerGb", price.toString(), "use 0 to " + PRICE_MAX);
    }
    if (price != null && price.scale() > PRICE_DIGITS_MAX) {
      throw Parts.invalid(
          "pricePerGb", Quoted.of(price.toString()), "use " + PRICE_DIGITS_MAX + " digits at most");
    }
    Scope scope = RolloutBodies.scope(ask);
    RolloutPlan plan = RolloutBodies.plan(ask, System.currentTimeMillis());
    isThere(scope);
    isThere(plan, scope.fleet());
    Requests.answer(
        context,
        previewed(
            0, Parts.release("release", ask.release()), scope, plan, Overlay.NONE, line, price));
  }

  /// The fleet and its sites must be there; what creates one asks the same.
  private void isThere(Scope scope) throws RefusedException {
    Name fleet = scope.fleet();
    if (views.fleet(fleet).isEmpty()) {
      throw notFound(
          "fleet", fleet.text(), views.fleets(PageAsk.FIRST).stream().map(Views.FleetView::name));
    }
    for (Name site : new TreeSet<>(scope.sites())) {
      Name its = views.site(site).map(Views.SiteView::fleet).orElseThrow(() -> noSite(site, fleet));
      if (!its.equals(fleet)) {
        throw Parts.invalid("site", site.text(), "it belongs to fleet " + its);
      }
    }
  }

  private RefusedException noSite(Name site, Name fleet) {
    return notFound(
        "site",
        site.text(),
        views.sites(Optional.of(fleet), PageAsk.FIRST).stream().map(Views.SiteView::name));
  }

  private static RefusedException notFound(String kind, String said, Stream<?> known) {
    return new RefusedException(
        new Reason.NotFound(
            kind, said, NearMiss.of(said, known.map(Object::toString).toList()).stream().toList()));
  }

  /// Every slot that a wave names must be there; what creates one asks the same.
  private void isThere(RolloutPlan plan, Name fleet) throws RefusedException {
    for (Wave wave : plan.waves()) {
      if (wave.pick() instanceof Pick.Listed listed) {
        for (SlotRef slot : new TreeSet<>(listed.slots())) {
          if (views.site(slot.site()).isEmpty()) {
            throw noSite(slot.site(), fleet);
          }
          Optional<Name> its = views.fleetOf(slot);
          if (its.isEmpty()) {
            throw notFound(
                "slot",
                slot.toString(),
                views.slots(Optional.of(fleet), Optional.of(slot.site()), PageAsk.FIRST).stream()
                    .map(Views.SlotView::ref));
          }
          if (!its.get().equals(fleet)) {
            throw Parts.invalid("wave", slot.toString(), "it belongs to fleet " + its.get());
          }
        }
      }
    }
  }

  /// Else the hub tells what is not there.
  private boolean isKnown(Scope scope, ReleaseRef release) {
    return views.fleet(scope.fleet()).isPresent()
        && views.release(release).isPresent()
        && scope.sites().stream().allMatch(site -> views.site(site).isPresent());
  }

  /// A scope with nobody in it is most likely a mistyped one: refused, or said where it may be.
  private List<String> lonely(Scope scope, Name application, boolean mayBeEmpty)
      throws RefusedException {
    Inhabited found = inhabited(scope, application, Overlay.NONE);
    if (found.isAny) {
      return List.of();
    }
    if (!mayBeEmpty) {
      throw new RefusedException(
          new Reason.Conflict("scope " + scope, found.words() + "; --even-if-nobody begins it"));
    }
    return List.of("scope " + scope + ": " + found.words());
  }

  /// A gate holds up the wave behind its own: whoever gives one to the last may believe that this
  /// one waits for it.
  private static List<String> idleGate(RolloutPlan plan) {
    Wave last = plan.waves().get(plan.last());
    if (!last.gate().needsApproval() && last.gate().soakMillis() == 0) {
      return List.of();
    }
    String before =
        plan.last() == 0
            ? "a wave before it"
            : "the wave before it, " + plan.waves().get(plan.last() - 1).name();
    return List.of(
        "wave "
            + last.name()
            + " is the last, so its gate ("
            + last.gate().words()
            + ") holds up nobody; to hold up this wave give it to "
            + before);
  }

  /// What to say of rollouts that have begun: that they have nobody, or a gate that is none.
  List<String> warnings(List<AdminObject> objects, AdminAnswer.Done done) {
    List<String> warnings = new ArrayList<>();
    Set<String> begun = begun(done);
    Overlay overlay = new Overlay(objects);
    for (AdminObject object : objects) {
      if (object instanceof AdminObject.Rollout it && begun.contains(it.title())) {
        Inhabited found = inhabited(it.scope(), it.release().name(), overlay);
        if (!found.isAny) {
          warnings.add(it.title() + ": " + found.words());
        }
        idleGate(it.plan()).forEach(words -> warnings.add(it.title() + ": " + words));
      }
    }
    return warnings;
  }

  private Inhabited inhabited(Scope scope, Name application, Overlay overlay) {
    Inhabited found = new Inhabited(scope);
    views.rollouts().eachPlace(scope.fleet(), application, overlay, found::take);
    return found;
  }

  /// Whether anybody is in a scope, and what somebody may have meant else.
  private static final class Inhabited {
    private static final int LABELS_LOOKED_MAX = 1_000;

    private final Scope scope;
    private final Set<String> labels = new TreeSet<>();
    private boolean isAny;

    private Inhabited(Scope scope) {
      this.scope = scope;
    }

    /// @return whether it is still to be found out
    private boolean take(PlaceFacts place) {
      Map<String, String> its = place.labels();
      isAny = scope.covers(place.slot(), its);
      if (!isAny && labels.size() < LABELS_LOOKED_MAX) {
        // The names of all sites and slots would leave no room for labels.
        its.forEach(
            (key, value) -> {
              if (!PlaceFacts.isName(key) || scope.labels().containsKey(key)) {
                labels.add(key + "=" + value);
              }
            });
      }
      return !isAny;
    }

    private String words() {
      List<String> meant = new ArrayList<>();
      scope
          .labels()
          .forEach(
              (key, value) -> {
                if (!labels.contains(key + "=" + value)) {
                  NearMiss.of(key + "=" + value, labels).ifPresent(meant::add);
                }
              });
      return "no device is in it"
          + (meant.isEmpty() ? "" : "; did you mean " + String.join(", ", meant) + "?");
    }
  }

  private static Set<String> begun(AdminAnswer.Done done) {
    Applied applied = done.applied();
    Set<String> begun = new HashSet<>();
    if (applied != null) {
      for (Applied.ObjectChange change : applied.objects()) {
        if (change.action() != Applied.Action.UNCHANGED) {
          begun.add(change.object());
        }
      }
    }
    return begun;
  }

  /// What would begin of an `apply` that was tried out.
  List<RolloutPlannedRow> planned(List<AdminObject> objects, AdminAnswer.Done done)
      throws RefusedException {
    Set<String> begun = begun(done);
    Overlay overlay = new Overlay(objects);
    List<RolloutPlannedRow> rows = new ArrayList<>();
    for (AdminObject object : objects) {
      if (object instanceof AdminObject.Rollout it && begun.contains(it.title())) {
        rows.add(
            new RolloutPlannedRow(
                it.name().text(),
                it.release().toString(),
                it.scope().fleet().text(),
                previewed(rows.size(), it.release(), it.scope(), it.plan(), overlay, null, null)));
      }
    }
    return rows;
  }

  /// @param before rollouts that would begin before it
  /// @param overlay what is tried out together with it
  private RolloutPreviewShown previewed(
      int before,
      ReleaseRef ref,
      Scope scope,
      RolloutPlan plan,
      Overlay overlay,
      @Nullable Long lineBitsPerSecond,
      @Nullable BigDecimal pricePerGb)
      throws RefusedException {
    Views.ReleaseView release = release(ref);
    ReleaseManifest manifest = ReleaseManifests.of(views, release.digest());
    return new PreviewAnswer(views, overlay, bundles, release, manifest, System.currentTimeMillis())
        .of(before, plan, scope, release, soak(manifest), lineBitsPerSecond, pricePerGb);
  }

  private Views.ReleaseView release(ReleaseRef ref) throws RefusedException {
    return views
        .release(ref)
        .orElseThrow(
            () ->
                notFound(
                    "release",
                    ref.toString(),
                    views.releases(PageAsk.FIRST).stream()
                        .map(each -> new ReleaseRef(each.name(), each.version()))));
  }

  private static long soak(ReleaseManifest manifest) {
    return manifest.variants().stream()
        .mapToLong(variant -> variant.workload().soakSeconds() * 1_000L)
        .max()
        .orElse(0);
  }
}
