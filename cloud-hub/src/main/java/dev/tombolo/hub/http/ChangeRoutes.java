package dev.tombolo.hub.http;

import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.http.api.ApplyAsk;
import dev.tombolo.hub.http.api.ApproveAsk;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.BackupBegun;
import dev.tombolo.hub.http.api.BackupDone;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceSaid;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.OverrideAsk;
import dev.tombolo.hub.http.api.PauseAsk;
import dev.tombolo.hub.http.api.PruneBody;
import dev.tombolo.hub.http.api.QuestionAsk;
import dev.tombolo.hub.http.api.RevokeAsk;
import dev.tombolo.hub.http.api.UnassignAsk;
import dev.tombolo.hub.http.api.UserAsk;
import dev.tombolo.hub.http.api.UserShown;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Operators' changes, each one command to the hub's loop.
final class ChangeRoutes {
  private static final int BACKUP_ID_BYTES = 8;
  private static final int QUESTION_CHARS_MAX = 1_000;

  /// The decider has the bound that counts.
  private static final long OVERRIDE_SECONDS_MAX = Duration.ofDays(7).toSeconds();

  private final CommandDesk desk;
  private final ReadRoutes devices;
  private final RolloutRoutes rollouts;
  private final GitRepositories repositories;
  private final SecureRandom random = new SecureRandom();

  ChangeRoutes(
      CommandDesk desk, ReadRoutes devices, RolloutRoutes rollouts, GitRepositories repositories) {
    this.repositories = repositories;
    this.desk = desk;
    this.devices = devices;
    this.rollouts = rollouts;
  }

  void on(RoutesConfig routes) {
    routes.delete("/api/v1/tokens/{token}", this::revokeToken);
    routes.post("/api/v1/apply", this::apply);
    routes.post("/api/v1/assign", this::assign);
    routes.post("/api/v1/unassign", this::unassign);
    routes.post("/api/v1/override", this::override);
    routes.post("/api/v1/transfers/pause", this::pauseTransfers);
    routes.post("/api/v1/transfers/resume", this::resumeTransfers);
    routes.post("/api/v1/devices/{device}/revoke", this::revokeDevice);
    routes.post("/api/v1/devices/{device}/approve", this::approveDevice);
    routes.post("/api/v1/devices/{device}/ask", this::askDevice);
    routes.post("/api/v1/backups", this::beginBackup);
    routes.post("/api/v1/backups/{id}/done", this::finishBackup);
    routes.post("/api/v1/users", this::createUser);
    routes.delete("/api/v1/users/{name}", this::revokeUser);
  }

  private void revokeToken(Context context) throws RefusedException, InterruptedException {
    done(context, new AdminCommand.RevokeToken(context.pathParam("token")));
  }

  private void apply(Context context) throws RefusedException, IOException, InterruptedException {
    ApplyAsk ask = Requests.body(context, ApplyAsk.class, Requests.APPLY_BYTES_MAX);
    List<AdminObject> objects = new ArrayList<>();
    Map<String, AdminCommand.Sources> sources = new HashMap<>();
    for (ObjectBody body : ask.objects()) {
      AdminObject object = read(body);
      objects.add(object);
      sources.put(object.title(), ObjectBodies.sources(body));
    }
    PruneBody prune = ask.prune();
    AdminCommand command =
        new AdminCommand.Apply(
            objects,
            typed(ask.typedName()),
            ask.dryRun(),
            prune == null ? Optional.empty() : Optional.of(prune(prune)),
            sources,
            true);
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.Done done ->
          Requests.answer(
              context,
              AppliedRows.of(
                  done,
                  ask.dryRun() ? rollouts.planned(objects, done) : List.of(),
                  rollouts.warnings(objects, done)));
      case AdminAnswer other -> throw unexpected(other);
    }
  }

  /// What is wrong with it is told with its name.
  private AdminObject read(ObjectBody body) throws RefusedException {
    try {
      AdminObject object = ObjectBodies.read(body);
      allowed(object);
      return object;
    } catch (RefusedException e) {
      throw new RefusedException(e.reason(), body.title());
    }
  }

  /// Nothing is fetched that the hub's owner has not allowed.
  private void allowed(AdminObject object) throws RefusedException {
    if (object instanceof AdminObject.Application it && it.source().isPresent()) {
      Optional<Reason> refusal = repositories.refusal(it.source().get());
      if (refusal.isPresent()) {
        throw new RefusedException(refusal.get());
      }
    }
  }

  private static AdminCommand.Prune prune(PruneBody body) throws RefusedException {
    Set<Name> fleets = new TreeSet<>();
    for (String fleet : body.fleets()) {
      fleets.add(Parts.name("prune.fleets", fleet));
    }
    Set<AdminCommand.Prune.Kind> kinds = new TreeSet<>();
    for (String kind : body.kinds()) {
      kinds.add(
          switch (kind) {
            case "Fleet" -> AdminCommand.Prune.Kind.FLEET;
            case "Site" -> AdminCommand.Prune.Kind.SITE;
            case "DeviceSlot" -> AdminCommand.Prune.Kind.SLOT;
            case "Application" -> AdminCommand.Prune.Kind.APPLICATION;
            case "Rollout" ->
                throw Parts.invalid(
                    "prune.kinds", kind, "rollouts are never pruned; end one with rollout abort");
            default ->
                throw Parts.invalid(
                    "prune.kinds", kind, "use Fleet, Site, DeviceSlot or Application");
          });
    }
    return new AdminCommand.Prune(fleets, kinds);
  }

  private void assign(Context context) throws RefusedException, IOException, InterruptedException {
    AssignAsk ask = Requests.body(context, AssignAsk.class);
    Optional<SlotRef> slot = Parts.optionalSlot("slot", ask.slot());
    done(
        context,
        new AdminCommand.Assign(
            Parts.release("release", ask.release()),
            Parts.name("fleet", ask.fleet()),
            slot.isPresent() ? slot.map(SlotRef::site) : Parts.optionalName("site", ask.site()),
            slot,
            typed(ask.typedName())));
  }

  private void unassign(Context context)
      throws RefusedException, IOException, InterruptedException {
    UnassignAsk ask = Requests.body(context, UnassignAsk.class);
    Optional<SlotRef> slot = Parts.optionalSlot("slot", ask.slot());
    done(
        context,
        new AdminCommand.Unassign(
            Parts.name("application", ask.application()),
            Parts.name("fleet", ask.fleet()),
            slot.isPresent() ? slot.map(SlotRef::site) : Parts.optionalName("site", ask.site()),
            slot,
            typed(ask.typedName())));
  }

  private void override(Context context)
      throws RefusedException, IOException, InterruptedException {
    OverrideAsk ask = Requests.body(context, OverrideAsk.class);
    if (ask.seconds() <= 0 || ask.seconds() > OVERRIDE_SECONDS_MAX) {
      throw Parts.invalid("for", ask.seconds() + " s", "use a time from 1s to 7d");
    }
    done(
        context,
        new AdminCommand.LiftWindows(
            Parts.read("slot", ask.slot(), SlotRef::parse),
            Duration.ofSeconds(ask.seconds()),
            ask.why(),
            typed(ask.typedName())));
  }

  private void pauseTransfers(Context context)
      throws RefusedException, IOException, InterruptedException {
    PauseAsk ask = Requests.body(context, PauseAsk.class);
    done(context, new AdminCommand.PauseTransfers(place(ask), ask.why(), typed(ask.typedName())));
  }

  private void resumeTransfers(Context context)
      throws RefusedException, IOException, InterruptedException {
    PauseAsk ask = Requests.body(context, PauseAsk.class);
    done(context, new AdminCommand.ResumeTransfers(place(ask), ask.why(), typed(ask.typedName())));
  }

  private static TransferPause.Place place(PauseAsk ask) throws RefusedException {
    Optional<SlotRef> slot = Parts.optionalSlot("slot", ask.slot());
    return slot.isPresent()
        ? TransferPause.Place.of(slot.get())
        : TransferPause.Place.of(Parts.name("site", ask.site()));
  }

  private void revokeDevice(Context context)
      throws RefusedException, IOException, InterruptedException {
    RevokeAsk ask = Requests.body(context, RevokeAsk.class);
    if (ask.why().isBlank()) {
      throw Parts.invalid("why", ask.why(), "say why, for the audit");
    }
    done(
        context,
        new AdminCommand.RevokeDevice(
            devices.deviceOf(context), ask.why(), typed(ask.typedName())));
  }

  private void approveDevice(Context context)
      throws RefusedException, IOException, InterruptedException {
    ApproveAsk ask = Requests.body(context, ApproveAsk.class);
    if (ask.why().isBlank()) {
      throw Parts.invalid("why", ask.why(), "say why, for the audit");
    }
    done(
        context,
        new AdminCommand.ApproveDevice(
            devices.deviceOf(context),
            Parts.optionalSlot("slot", ask.slot()),
            ask.why(),
            typed(ask.typedName())));
  }

  private void askDevice(Context context)
      throws RefusedException, IOException, InterruptedException {
    QuestionAsk ask = Requests.body(context, QuestionAsk.class);
    int length =
        ask.arguments().entrySet().stream()
            .mapToInt(argument -> argument.getKey().length() + argument.getValue().length())
            .reduce(ask.question().length(), Integer::sum);
    if (length > QUESTION_CHARS_MAX) {
      throw new RefusedException(
          new Reason.LimitExceeded("characters of a question", QUESTION_CHARS_MAX, length));
    }
    AdminCommand command =
        new AdminCommand.AskDevice(devices.deviceOf(context), ask.question(), ask.arguments());
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.DeviceAnswered said ->
          Requests.answer(context, new DeviceSaid(said.ok(), said.body()));
      case AdminAnswer other -> throw unexpected(other);
    }
  }

  private void beginBackup(Context context) throws RefusedException, InterruptedException {
    byte[] drawn = new byte[BACKUP_ID_BYTES];
    random.nextBytes(drawn);
    String id = HexFormat.of().formatHex(drawn);
    desk.ask(Requests.who(context), new AdminCommand.BeginBackup(id));
    Requests.answer(context, new BackupBegun(id));
  }

  private void finishBackup(Context context)
      throws RefusedException, IOException, InterruptedException {
    BackupDone done = Requests.body(context, BackupDone.class);
    done(
        context,
        new AdminCommand.FinishBackup(
            context.pathParam("id"),
            Parts.read("archive", done.archive(), Digest::ofHex),
            done.bytes()));
  }

  private void createUser(Context context)
      throws RefusedException, IOException, InterruptedException {
    UserAsk ask = Requests.body(context, UserAsk.class);
    OperatorToken token = OperatorToken.draw(random);
    AdminCommand command =
        new AdminCommand.CreateUser(Parts.name("name", ask.name()), token.hash());
    desk.ask(Requests.who(context), command);
    Requests.answer(context, new UserShown(ask.name(), token.reveal()));
  }

  private void revokeUser(Context context) throws RefusedException, InterruptedException {
    done(context, new AdminCommand.RevokeUser(Parts.name("name", context.pathParam("name"))));
  }

  private void done(Context context, AdminCommand command)
      throws RefusedException, InterruptedException {
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.Done done -> Requests.answer(context, new Changes(done.changes()));
      case AdminAnswer other -> throw unexpected(other);
    }
  }

  static IllegalStateException unexpected(AdminAnswer answer) {
    return new IllegalStateException("not an answer to that command: " + answer);
  }

  private static Optional<String> typed(@Nullable String name) {
    return Optional.ofNullable(name);
  }
}
