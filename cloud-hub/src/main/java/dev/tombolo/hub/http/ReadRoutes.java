package dev.tombolo.hub.http;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.audit.AuditVerify;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.Cursor;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Listed;
import dev.tombolo.hub.core.view.PageAsk;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.http.api.AuditVerdict;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.HubVersion;
import dev.tombolo.hub.http.api.RootRow;
import dev.tombolo.hub.http.api.WhyAnswer;
import dev.tombolo.hub.http.api.WhyCause;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.NearMiss;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Envelope;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Everything that is only read: from snapshots, never through the hub's loop.
final class ReadRoutes {
  private static final int NEAR_MAX = 3;

  private final HubViews views;
  private final HubIdentity identity;

  ReadRoutes(HubViews views, HubIdentity identity) {
    this.views = views;
    this.identity = identity;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/version", this::version);
    routes.get("/api/v1/fleets", this::fleets);
    routes.get("/api/v1/sites", this::sites);
    routes.get("/api/v1/fleets/{name}", this::showFleet);
    routes.get("/api/v1/sites/{name}", this::showSite);
    routes.get("/api/v1/slots", this::slots);
    routes.get("/api/v1/slots/{slot}", this::showSlot);
    routes.get("/api/v1/applications", this::assignments);
    routes.get("/api/v1/gitops/{fleet}/{application}/devices", this::commits);
    routes.get("/api/v1/releases", this::releases);
    routes.get("/api/v1/tokens", this::tokens);
    routes.get(
        "/api/v1/users",
        context -> Requests.answer(context, views.users().stream().map(Rows::of).toList()));
    routes.get("/api/v1/publisher-roots", this::publisherRoots);
    routes.get("/api/v1/devices", this::devices);
    routes.get("/api/v1/transfers", this::transfers);
    routes.get(
        "/api/v1/transfers/paused",
        context -> Requests.answer(context, views.pauses().stream().map(Rows::of).toList()));
    routes.get("/api/v1/devices/{device}", this::device);
    routes.get("/api/v1/devices/{device}/why", this::why);
    routes.get("/api/v1/devices/{device}/explain", this::explain);
    routes.get("/api/v1/audit", this::audit);
    routes.get("/api/v1/audit/verify", this::verifyAudit);
  }

  private void version(Context context) {
    History history = views.history();
    Requests.answer(
        context,
        new HubVersion(
            identity.version(),
            history.id(),
            history.epoch(),
            identity.root().text(),
            views.publisherRoots().stream()
                .findFirst()
                .map(root -> payloadDigest(root).text())
                .orElse(null),
            identity.endpoints()));
  }

  private void publisherRoots(Context context) {
    List<RootRow> rows = new ArrayList<>();
    for (Envelope root : views.publisherRoots()) {
      rows.add(new RootRow(rows.size() + 1L, payloadDigest(root).text(), Json.write(root)));
    }
    Requests.answer(context, rows);
  }

  private void fleets(Context context) throws RefusedException {
    Listing<Views.FleetView> list = new Listing<>(context, Listed.FLEETS);
    List<Views.FleetView> fleets = views.fleets(list.ask());
    Map<Name, Views.Counts> counts =
        views.fleetCounts(fleets.stream().map(Views.FleetView::name).toList());
    list.answer(
        fleets,
        fleet -> Cursor.of(fleet.name()),
        fleet -> Rows.of(fleet, counts.getOrDefault(fleet.name(), Views.Counts.NONE)));
  }

  private void sites(Context context) throws RefusedException {
    Listing<Views.SiteView> list = new Listing<>(context, Listed.SITES);
    List<Views.SiteView> sites = views.sites(fleet(context), list.ask());
    Map<Name, Views.Counts> counts =
        views.siteCounts(sites.stream().map(Views.SiteView::name).toList());
    list.answer(
        sites,
        site -> Cursor.of(site.name()),
        site -> Rows.of(site, counts.getOrDefault(site.name(), Views.Counts.NONE)));
  }

  private void showFleet(Context context) throws RefusedException {
    Name name = Parts.name("fleet", context.pathParam("name"));
    Views.FleetView fleet =
        views
            .fleet(name)
            .orElseThrow(
                () -> notFound("fleet", name, views.fleets(PageAsk.FIRST), Views.FleetView::name));
    Requests.answer(
        context,
        Rows.of(fleet, views.fleetCounts(List.of(name)).getOrDefault(name, Views.Counts.NONE)));
  }

  private void showSlot(Context context) throws RefusedException {
    SlotRef slot = Parts.read("slot", context.pathParam("slot"), SlotRef::parse);
    Views.SlotView found =
        views
            .slot(slot)
            .orElseThrow(
                () ->
                    new RefusedException(new Reason.NotFound("slot", slot.toString(), near(slot))));
    Requests.answer(context, Rows.of(found, views.slotCounts(slot)));
  }

  private void showSite(Context context) throws RefusedException {
    Name name = Parts.name("site", context.pathParam("name"));
    Views.SiteView site =
        views
            .site(name)
            .orElseThrow(
                () ->
                    notFound(
                        "site",
                        name,
                        views.sites(Optional.empty(), PageAsk.FIRST),
                        Views.SiteView::name));
    Requests.answer(
        context,
        Rows.of(site, views.siteCounts(List.of(name)).getOrDefault(name, Views.Counts.NONE)));
  }

  private static <V> RefusedException notFound(
      String kind, Name name, List<V> known, Function<V, Name> nameOf) {
    return new RefusedException(
        new Reason.NotFound(
            kind,
            name.text(),
            NearMiss.of(name.text(), known.stream().map(each -> nameOf.apply(each).text()).toList())
                .stream()
                .toList()));
  }

  private void slots(Context context) throws RefusedException {
    Listing<Views.SlotView> list = new Listing<>(context, Listed.SLOTS);
    list.answer(
        views.slots(fleet(context), site(context), list.ask()),
        slot -> Cursor.of(slot.ref().site(), slot.ref().slot()),
        Rows::of);
  }

  private void assignments(Context context) throws RefusedException {
    Listing<Views.AssignmentView> list = new Listing<>(context, Listed.ASSIGNMENTS);
    List<Views.AssignmentView> all = views.assignments(fleet(context), list.ask());
    Set<Name> fleets = new TreeSet<>();
    all.stream().filter(each -> each.site() == null).forEach(each -> fleets.add(each.fleet()));
    Map<String, Views.Counts> counts =
        fleets.isEmpty() ? Map.of() : views.applicationCounts(fleets);
    list.answer(
        all,
        wanted ->
            Cursor.of(
                wanted.fleet(),
                orEmpty(wanted.site()),
                orEmpty(wanted.slot()),
                wanted.application()),
        wanted ->
            Rows.of(
                wanted,
                counts.getOrDefault(
                    wanted.fleet() + "/" + wanted.application(), Views.Counts.NONE)));
  }

  /// The commit that each device runs.
  private void commits(Context context) throws RefusedException {
    Name fleet = Parts.name("fleet", context.pathParam("fleet"));
    Name application = Parts.name("application", context.pathParam("application"));
    GitState state =
        views.gits(Optional.of(fleet)).stream()
            .filter(view -> view.application().equals(application))
            .findFirst()
            .map(Views.GitView::state)
            .orElseThrow(
                () ->
                    new RefusedException(
                        new Reason.NotFound(
                            "application out of Git", fleet + "/" + application, List.of())));
    Listing<Views.RunningView> list = new Listing<>(context, Listed.SLOTS);
    list.answer(
        views.running(fleet, application, list.ask()),
        () ->
            views
                .applicationCounts(List.of(fleet))
                .getOrDefault(fleet + "/" + application, Views.Counts.NONE)
                .total(),
        device -> Cursor.of(device.slot().site(), device.slot().slot()),
        device -> GitRows.of(device, state));
  }

  private void releases(Context context) throws RefusedException {
    Listing<Views.ReleaseView> list = new Listing<>(context, Listed.RELEASES);
    list.answer(
        views.releases(list.ask()),
        release -> Cursor.of(release.pushedMillis(), release.name(), release.version()),
        Rows::of);
  }

  private void tokens(Context context) throws RefusedException {
    long now = System.currentTimeMillis();
    Listing<Views.TokenView> list = new Listing<>(context, Listed.TOKENS);
    list.answer(
        views.tokens(list.ask()),
        token -> Cursor.of(token.createdMillis(), token.id()),
        token -> Rows.of(token, now));
  }

  private void devices(Context context) throws RefusedException {
    Optional<DeviceRecord.Standing> standing = standing(context);
    Listing<DeviceRow> list = new Listing<>(context, Listed.DEVICES);
    List<DeviceRow> rows = new ArrayList<>(strangers(context, list.ask()));
    int left = list.ask().limit() - rows.size();
    if (left > 0) {
      List<Views.DeviceView> page =
          views.devices(
              fleet(context), site(context), standing, new PageAsk(list.ask().after(), left));
      Wanted wanted = new Wanted(views, page, page.isEmpty() ? List.of() : reaching(context, page));
      page.forEach(device -> rows.add(Rows.of(device, wanted)));
    }
    list.answer(
        rows,
        () ->
            views.countDevices(fleet(context), site(context), standing)
                + (isOfOnePlace(context) ? 0 : views.countStrangers(standing)),
        ReadRoutes::placeOf,
        Function.identity());
  }

  private void transfers(Context context) throws RefusedException {
    Listing<Views.DeviceView> list = new Listing<>(context, Listed.DEVICES);
    list.answerEach(
        views.downloading(fleet(context), site(context), list.ask()),
        () -> views.countDownloading(fleet(context), site(context)),
        device -> Cursor.of(device.slot().site(), device.slot().slot(), device.id()),
        Rows::transfers);
  }

  /// They have no place: they come before all others, and only into the list of all places.
  private List<DeviceRow> strangers(Context context, PageAsk ask) throws RefusedException {
    Optional<String> place = ask.after().map(after -> after.parts().getFirst());
    if (isOfOnePlace(context) || place.filter(at -> !at.equals(Rows.NO_SLOT)).isPresent()) {
      return List.of();
    }
    return views.strangers(standing(context), ask).stream().map(Rows::of).toList();
  }

  private static boolean isOfOnePlace(Context context) throws RefusedException {
    return fleet(context).isPresent() || site(context).isPresent();
  }

  private static Cursor placeOf(DeviceRow row) {
    if (row.slot().equals(Rows.NO_SLOT)) {
      return Cursor.of(Rows.NO_SLOT, Rows.NO_SLOT, row.device());
    }
    SlotRef slot = SlotRef.parse(row.slot());
    return Cursor.of(slot.site(), slot.slot(), row.device());
  }

  /// A page comes by site, so few assignments of single sites matter to it.
  private List<Views.AssignmentView> reaching(Context context, List<Views.DeviceView> page)
      throws RefusedException {
    return views.assignmentsReaching(
        fleet(context), page.getFirst().slot().site(), page.getLast().slot().site());
  }

  /// One page of a list, as asked by `after` and `limit`. When more rows follow, the answer says
  /// where (`Link`), and of the first page how many the whole list has (`Tombolo-Total`).
  private final class Listing<V> {
    private final Context context;
    private final Listed listed;
    private final PageAsk asked;

    Listing(Context context, Listed listed) throws RefusedException {
      this.context = context;
      this.listed = listed;
      String after = context.queryParam(Pages.AFTER);
      this.asked =
          new PageAsk(
              after == null
                  ? Optional.empty()
                  : Optional.of(Parts.read(Pages.AFTER, after, listed::cursor)),
              (int)
                  Parts.number(
                      "limit",
                      context.queryParam("limit"),
                      1,
                      HubViews.ROWS_MAX,
                      HubViews.ROWS_MAX));
    }

    /// One more than is answered shows whether there are more.
    PageAsk ask() {
      return new PageAsk(asked.after(), asked.limit() + 1);
    }

    void answer(List<V> found, Function<V, Cursor> cursor, Function<V, ?> row)
        throws RefusedException {
      answer(found, () -> views.count(listed, fleet(context), site(context)), cursor, row);
    }

    void answer(List<V> found, Total total, Function<V, Cursor> cursor, Function<V, ?> row)
        throws RefusedException {
      answerEach(found, total, cursor, one -> List.of(row.apply(one)));
    }

    /// As many rows as each has.
    void answerEach(
        List<V> found, Total total, Function<V, Cursor> cursor, Function<V, List<?>> rows)
        throws RefusedException {
      List<V> page = found;
      if (found.size() > asked.limit()) {
        page = found.subList(0, asked.limit());
        Pages.link(context, cursor.apply(page.getLast()).text());
        if (asked.after().isEmpty()) {
          context.header(Pages.TOTAL, Long.toString(total.count()));
        }
      }
      Requests.answer(context, page.stream().flatMap(one -> rows.apply(one).stream()).toList());
    }
  }

  /// How many rows a list has; asked only for the first page, and when not all are shown.
  private interface Total {
    long count() throws RefusedException;
  }

  private static String orEmpty(@Nullable Name name) {
    return name == null ? "" : name.text();
  }

  private void device(Context context) throws RefusedException {
    DeviceId id = deviceOf(context);
    Requests.answer(
        context,
        views
            .device(id)
            .map(
                found ->
                    Rows.detail(
                        found,
                        new Wanted(
                            views,
                            List.of(found),
                            views.assignmentsReaching(
                                Optional.of(found.fleet()),
                                found.slot().site(),
                                found.slot().site()))))
            .orElseThrow(() -> unknown(id)));
  }

  private void why(Context context) throws RefusedException {
    Optional<Reason.SlotEmpty> empty = emptySlot(context.pathParam("device"));
    if (empty.isPresent()) {
      Requests.answer(
          context,
          new WhyAnswer(null, empty.get().slot(), causes(List.of(new Why.Cause(empty.get())))));
      return;
    }
    DeviceId id = deviceOf(context);
    Optional<Stranger> stranger = views.stranger(id);
    if (stranger.isPresent() && views.device(id).isEmpty()) {
      Reason reason = stranger.get().refusal();
      Requests.answer(
          context, new WhyAnswer(id.text(), Rows.NO_SLOT, causes(List.of(new Why.Cause(reason)))));
      return;
    }
    long nowMillis = System.currentTimeMillis();
    DeviceCondition condition = views.condition(id, nowMillis).orElseThrow(() -> unknown(id));
    List<Why.Cause> causes = new ArrayList<>(WhyInRollouts.of(condition, views, nowMillis));
    views.fleetOf(condition.device().slot()).stream()
        .flatMap(fleet -> GitRows.causes(views.gits(Optional.of(fleet))).stream())
        .forEach(reason -> causes.add(new Why.Cause(reason)));
    Requests.answer(
        context, new WhyAnswer(id.text(), condition.device().slot().toString(), causes(causes)));
  }

  private void explain(Context context) throws RefusedException {
    String named = context.pathParam("device");
    SlotRef slot;
    Optional<DeviceId> device;
    if (named.contains("/")) {
      slot = Parts.read("device", named, SlotRef::parse);
      device = views.holder(slot);
    } else {
      DeviceId id = device(named);
      slot = views.device(id).map(Views.DeviceView::slot).orElseThrow(() -> unknown(id));
      device = Optional.of(id);
    }
    Optional<SlotSettings> settings = views.settings(slot, System.currentTimeMillis());
    if (settings.isEmpty()) {
      throw new RefusedException(new Reason.NotFound("slot", slot.toString(), near(slot)));
    }
    Requests.answer(
        context,
        Explanations.of(
            device.map(DeviceId::text).orElse(null),
            settings.get(),
            views.rollouts().standings(slot, System.currentTimeMillis()),
            release -> ReleaseManifests.defaults(ReleaseManifests.of(views, release)),
            Optional.ofNullable(context.queryParam("path"))));
  }

  private List<WhyCause> causes(List<Why.Cause> causes) {
    ReleaseNames names = new ReleaseNames(views);
    return causes.stream()
        .map(
            cause -> {
              Name about = cause.application();
              return new WhyCause(
                  Rows.codeOf(cause.reason()),
                  names.say(cause.reason()),
                  about == null ? null : about.text());
            })
        .toList();
  }

  /// When `text` means a slot, and no device is in it.
  private Optional<Reason.SlotEmpty> emptySlot(String text) throws RefusedException {
    if (!text.contains("/")) {
      return Optional.empty();
    }
    SlotRef slot = Parts.read("device", text, SlotRef::parse);
    return views.holder(slot).isPresent()
        ? Optional.empty()
        : views.fleetOf(slot).map(fleet -> new Reason.SlotEmpty(slot.toString(), fleet.text()));
  }

  private void audit(Context context) throws RefusedException {
    long last = Parts.number("last", context.queryParam("last"), 1, HubViews.ROWS_MAX, 30);
    long from =
        Parts.number(
            "from",
            context.queryParam("from"),
            1,
            Long.MAX_VALUE,
            Math.max(1, views.lastAudit() - last + 1));
    Requests.answer(context, views.audit(from, (int) last).stream().map(Rows::of).toList());
  }

  private void verifyAudit(Context context) {
    AuditVerify verify = new AuditVerify();
    long next = 1;
    List<AuditRecord> page;
    do {
      page = views.audit(next, HubViews.ROWS_MAX);
      for (AuditRecord record : page) {
        verify.take(record);
      }
      next += page.size();
    } while (!page.isEmpty() && verify.broken() == null);
    AuditVerify.Broken broken = verify.broken();
    Requests.answer(
        context,
        new AuditVerdict(
            broken == null,
            verify.count(),
            verify.head(),
            broken == null ? null : broken.sequence(),
            broken == null ? null : broken.detail()));
  }

  /// The device named in the path, by its id or by the slot it holds.
  DeviceId deviceOf(Context context) throws RefusedException {
    return device(context.pathParam("device"));
  }

  DeviceId device(String text) throws RefusedException {
    if (DeviceId.isValid(text)) {
      return new DeviceId(text);
    }
    if (!text.contains("/")) {
      throw Parts.invalid("device", text, "give a device's id (dev-...) or its slot as SITE/SLOT");
    }
    SlotRef slot = Parts.read("device", text, SlotRef::parse);
    Optional<DeviceId> holder = views.holder(slot);
    if (holder.isPresent()) {
      return holder.get();
    }
    throw views.fleetOf(slot).isPresent()
        ? new RefusedException(new Reason.NotFound("device in slot", slot.toString(), List.of()))
        : new RefusedException(new Reason.NotFound("slot", slot.toString(), near(slot)));
  }

  /// What is most like it in its site, or in the site most like its; else the first of its site.
  private List<String> near(SlotRef slot) {
    List<String> ofSite = slotsOf(slot.site());
    if (ofSite.isEmpty()) {
      List<String> sites =
          views.sites(Optional.empty(), PageAsk.FIRST).stream()
              .map(it -> it.name().text())
              .toList();
      ofSite =
          NearMiss.of(slot.site().text(), sites).map(it -> slotsOf(new Name(it))).orElse(List.of());
    }
    List<String> all = ofSite;
    return NearMiss.of(slot.toString(), all)
        .map(List::of)
        .orElseGet(() -> all.stream().limit(NEAR_MAX).toList());
  }

  private List<String> slotsOf(Name site) {
    return views.slots(Optional.empty(), Optional.of(site), PageAsk.FIRST).stream()
        .map(view -> view.ref().toString())
        .toList();
  }

  /// Ids are drawn at random: one that differs by so little is meant.
  private RefusedException unknown(DeviceId id) {
    List<String> known =
        views.devices(Optional.empty(), Optional.empty(), Optional.empty(), PageAsk.FIRST).stream()
            .map(it -> it.id().text())
            .toList();
    return new RefusedException(
        NearMiss.of(id.text(), known)
            .<Reason>map(near -> new Reason.NotFound("device", id.text(), List.of(near)))
            .orElseGet(() -> new Reason.DeviceUnknown(id.text())));
  }

  private static Optional<Name> fleet(Context context) throws RefusedException {
    return Parts.optionalName("fleet", context.queryParam("fleet"));
  }

  private static Optional<Name> site(Context context) throws RefusedException {
    return Parts.optionalName("site", context.queryParam("site"));
  }

  private static Optional<DeviceRecord.Standing> standing(Context context) throws RefusedException {
    String text = context.queryParam("standing");
    if (text == null) {
      return Optional.empty();
    }
    for (DeviceRecord.Standing standing : DeviceRecord.Standing.values()) {
      if (wordOf(standing).equals(text)) {
        return Optional.of(standing);
      }
    }
    throw Parts.invalid("standing", text, "use active, quarantined, waiting or revoked");
  }

  private static String wordOf(DeviceRecord.Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }

  private static Digest payloadDigest(Envelope envelope) {
    return Digest.of(Base64.getDecoder().decode(envelope.payload()));
  }
}
