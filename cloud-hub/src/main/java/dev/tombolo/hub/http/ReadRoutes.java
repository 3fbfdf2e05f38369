package dev.tombolo.hub.http;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.audit.AuditVerify;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.http.api.AuditVerdict;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.HubVersion;
import dev.tombolo.hub.http.api.RootRow;
import dev.tombolo.hub.http.api.WhyAnswer;
import dev.tombolo.hub.http.api.WhyCause;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.sign.Envelope;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Everything that is only read: from snapshots, never through the hub's loop.
final class ReadRoutes {
  private final HubViews views;
  private final HubIdentity identity;

  ReadRoutes(HubViews views, HubIdentity identity) {
    this.views = views;
    this.identity = identity;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/version", this::version);
    routes.get(
        "/api/v1/fleets",
        context -> Requests.answer(context, views.fleets().stream().map(Rows::of).toList()));
    routes.get(
        "/api/v1/sites",
        context ->
            Requests.answer(context, views.sites(fleet(context)).stream().map(Rows::of).toList()));
    routes.get(
        "/api/v1/slots",
        context ->
            Requests.answer(
                context,
                views.slots(fleet(context), site(context)).stream().map(Rows::of).toList()));
    routes.get(
        "/api/v1/applications",
        context ->
            Requests.answer(
                context, views.assignments(fleet(context)).stream().map(Rows::of).toList()));
    routes.get(
        "/api/v1/releases",
        context -> Requests.answer(context, views.releases().stream().map(Rows::of).toList()));
    routes.get(
        "/api/v1/tokens",
        context -> {
          long now = System.currentTimeMillis();
          Requests.answer(
              context, views.tokens().stream().map(token -> Rows.of(token, now)).toList());
        });
    routes.get(
        "/api/v1/users",
        context -> Requests.answer(context, views.users().stream().map(Rows::of).toList()));
    routes.get("/api/v1/publisher-roots", this::publisherRoots);
    routes.get("/api/v1/devices", this::devices);
    routes.get("/api/v1/devices/{device}", this::device);
    routes.get("/api/v1/devices/{device}/why", this::why);
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

  /// All devices, read page by page.
  private void devices(Context context) throws RefusedException {
    Optional<Name> fleet = fleet(context);
    Optional<Name> site = site(context);
    Optional<DeviceRecord.Standing> standing = standing(context);
    Wanted wanted = new Wanted(views.assignments(fleet));
    List<DeviceRow> rows = new ArrayList<>();
    List<Views.DeviceView> page;
    Optional<DeviceId> after = Optional.empty();
    do {
      page = views.devices(fleet, site, after, HubViews.ROWS_MAX);
      page.stream()
          .filter(device -> standing.isEmpty() || standing.get() == device.standing())
          .forEach(device -> rows.add(Rows.of(device, wanted)));
      after = page.isEmpty() ? after : Optional.of(page.getLast().id());
    } while (page.size() == HubViews.ROWS_MAX);
    if (fleet.isEmpty() && site.isEmpty()) {
      views.strangers().stream()
          .map(Rows::of)
          .filter(row -> standing.isEmpty() || row.standing().equals(wordOf(standing.get())))
          .forEach(rows::add);
    }
    rows.sort((a, b) -> a.slot().compareTo(b.slot()));
    Requests.answer(context, rows);
  }

  private void device(Context context) throws RefusedException {
    DeviceId id = deviceOf(context);
    Requests.answer(
        context,
        views
            .device(id)
            .map(
                found ->
                    Rows.detail(found, new Wanted(views.assignments(Optional.of(found.fleet())))))
            .orElseThrow(() -> new RefusedException(new Reason.DeviceUnknown(id.text()))));
  }

  private void why(Context context) throws RefusedException {
    DeviceId id = deviceOf(context);
    Optional<Stranger> stranger =
        views.strangers().stream().filter(known -> known.device().equals(id)).findFirst();
    if (stranger.isPresent() && views.device(id).isEmpty()) {
      Reason reason = stranger.get().refusal();
      Requests.answer(
          context,
          new WhyAnswer(
              id.text(),
              Rows.NO_SLOT,
              List.of(new WhyCause(Rows.codeOf(reason), ReasonText.say(reason)))));
      return;
    }
    DeviceCondition condition =
        views
            .condition(id)
            .orElseThrow(() -> new RefusedException(new Reason.DeviceUnknown(id.text())));
    Requests.answer(
        context,
        new WhyAnswer(
            id.text(),
            condition.device().slot().toString(),
            Why.of(condition).stream()
                .map(reason -> new WhyCause(Rows.codeOf(reason), ReasonText.say(reason)))
                .toList()));
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
    boolean known =
        views.slots(Optional.empty(), Optional.of(slot.site())).stream()
            .anyMatch(view -> view.ref().equals(slot));
    throw known
        ? new RefusedException(new Reason.NotFound("device in slot", slot.toString(), List.of()))
        : new RefusedException(new Reason.NotFound("slot", slot.toString(), near(slot)));
  }

  private List<String> near(SlotRef slot) {
    return views.slots(Optional.empty(), Optional.of(slot.site())).stream()
        .map(view -> view.ref().toString())
        .limit(3)
        .toList();
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
