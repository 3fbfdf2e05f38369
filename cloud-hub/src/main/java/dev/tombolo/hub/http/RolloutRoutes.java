package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.Applied;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.core.view.RolloutViews.MemberView;
import dev.tombolo.hub.core.view.Views;
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
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.sign.Envelope;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
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
    AdminCommand command =
        new AdminCommand.CreateRollout(
            Parts.release("release", ask.release()),
            RolloutBodies.scope(ask),
            RolloutBodies.plan(ask),
            Optional.ofNullable(ask.typedName()));
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.RolloutMade made ->
          Requests.answer(context, new RolloutMade(made.rollout().toString()));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private void steer(Context context) throws RefusedException, IOException, InterruptedException {
    RolloutSteerAsk ask = Requests.body(context, RolloutSteerAsk.class);
    AdminCommand command =
        new AdminCommand.SteerRollout(
            idOf(context),
            action(context.pathParam("action")),
            ask.why(),
            ask.anyway(),
            Optional.ofNullable(ask.typedName()));
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.Done done -> Requests.answer(context, new Changes(done.changes()));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
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
        .orElseThrow(
            () ->
                new RefusedException(
                    new Reason.NotFound(
                        "rollout",
                        said,
                        NearMiss.of(said, views.rollouts().names()).stream().toList())));
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
    Requests.answer(
        context,
        previewed(
            Parts.release("release", ask.release()),
            RolloutBodies.scope(ask),
            RolloutBodies.plan(ask),
            line,
            price));
  }

  /// What would begin of an `apply` that was tried out.
  List<RolloutPlannedRow> planned(List<AdminObject> objects, AdminAnswer.Done done)
      throws RefusedException {
    Applied applied = done.applied();
    Set<String> begun = new HashSet<>();
    if (applied != null) {
      for (Applied.ObjectChange change : applied.objects()) {
        if (change.action() != Applied.Action.UNCHANGED) {
          begun.add(change.object());
        }
      }
    }
    List<RolloutPlannedRow> rows = new ArrayList<>();
    for (AdminObject object : objects) {
      if (object instanceof AdminObject.Rollout it && begun.contains(it.title())) {
        rows.add(
            new RolloutPlannedRow(
                it.name().text(),
                it.release().toString(),
                it.scope().fleet().text(),
                previewed(it.release(), it.scope(), it.plan(), null, null)));
      }
    }
    return rows;
  }

  private RolloutPreviewShown previewed(
      ReleaseRef ref,
      Scope scope,
      RolloutPlan plan,
      @Nullable Long lineBitsPerSecond,
      @Nullable BigDecimal pricePerGb)
      throws RefusedException {
    Views.ReleaseView release = release(ref);
    ReleaseManifest manifest = manifest(release);
    return new PreviewAnswer(views, bundles, release, manifest, System.currentTimeMillis())
        .of(plan, scope, release, soak(manifest), lineBitsPerSecond, pricePerGb);
  }

  private Views.ReleaseView release(ReleaseRef ref) throws RefusedException {
    return views
        .release(ref)
        .orElseThrow(
            () -> new RefusedException(new Reason.NotFound("release", ref.toString(), List.of())));
  }

  private ReleaseManifest manifest(Views.ReleaseView release) {
    try {
      String text = views.releaseEnvelope(release.digest()).orElseThrow();
      Envelope envelope = Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
      return Json.read(
          ReleaseManifest.class,
          new String(Base64.getDecoder().decode(envelope.payload()), StandardCharsets.UTF_8),
          Limits.SECTION_BYTES_MAX);
    } catch (MalformedException e) {
      throw new IllegalStateException("a release that was taken does not read", e);
    }
  }

  private static long soak(ReleaseManifest manifest) {
    return manifest.variants().stream()
        .mapToLong(variant -> variant.workload().soakSeconds() * 1_000L)
        .max()
        .orElse(0);
  }
}
