package dev.tombolo.hub.http;

import dev.tombolo.hub.core.FileDepot;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.ReleaseTaken;
import dev.tombolo.hub.http.api.ReplaceAsk;
import dev.tombolo.hub.http.api.TokenAsk;
import dev.tombolo.hub.http.api.TokenShown;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import dev.tombolo.protocol.token.TokenSecret;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What carries trust: join tokens, publisher roots, signed releases.
final class TrustRoutes {
  private static final int TOKEN_ID_BYTES = 8;

  private final CommandDesk desk;
  private final HubViews views;
  private final FileDepot depot;
  private final HubIdentity identity;
  private final SecureRandom random = new SecureRandom();

  TrustRoutes(CommandDesk desk, HubViews views, FileDepot depot, HubIdentity identity) {
    this.desk = desk;
    this.views = views;
    this.depot = depot;
    this.identity = identity;
  }

  void on(RoutesConfig routes) {
    routes.post("/api/v1/tokens", this::createToken);
    routes.post("/api/v1/replacements", this::replaceDevice);
    routes.post("/api/v1/publisher-roots", this::trustPublisher);
    routes.post("/api/v1/releases", this::pushRelease);
  }

  private void createToken(Context context)
      throws RefusedException, IOException, InterruptedException {
    TokenAsk ask = Requests.body(context, TokenAsk.class);
    Optional<SlotRef> slot = Parts.optionalSlot("slot", ask.slot());
    Duration lifeMax = slot.isPresent() ? Limits.TOKEN_SLOT_LIFE_MAX : Limits.TOKEN_LIFE_MAX;
    if (ask.lifeSeconds() < 1 || ask.lifeSeconds() > lifeMax.toSeconds()) {
      throw Parts.invalid("life", ask.lifeSeconds() + "s", "use 1s to 7d, with a slot up to 90d");
    }
    AdminCommand command =
        new AdminCommand.CreateToken(
            Parts.name("fleet", ask.fleet()),
            slot.isPresent() ? slot.map(SlotRef::site) : Parts.optionalName("site", ask.site()),
            slot,
            ask.uses(),
            Duration.ofSeconds(ask.lifeSeconds()),
            draw(endpoints(ask.endpoints())),
            Optional.ofNullable(ask.typedName()));
    show(context, command, ask.fleet(), ask.site(), ask.slot(), ask.uses());
  }

  private void replaceDevice(Context context)
      throws RefusedException, IOException, InterruptedException {
    ReplaceAsk ask = Requests.body(context, ReplaceAsk.class);
    if (ask.lifeSeconds() < 1 || ask.lifeSeconds() > Limits.TOKEN_SLOT_LIFE_MAX.toSeconds()) {
      throw Parts.invalid("life", ask.lifeSeconds() + "s", "use 1s to 90d");
    }
    SlotRef slot = Parts.read("slot", ask.slot(), SlotRef::parse);
    String fleet = views.fleetOf(slot).map(Name::text).orElse("");
    AdminCommand command =
        new AdminCommand.ReplaceDevice(
            slot,
            Duration.ofSeconds(ask.lifeSeconds()),
            draw(endpoints(ask.endpoints())),
            Optional.ofNullable(ask.typedName()));
    show(context, command, fleet, slot.site().text(), slot.toString(), 1);
  }

  private void show(
      Context context,
      AdminCommand command,
      String fleet,
      @Nullable String site,
      @Nullable String slot,
      int uses)
      throws RefusedException, InterruptedException {
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.TokenMade made -> {
        JoinToken token = made.token();
        context.status(201);
        Requests.answer(
            context,
            new TokenShown(
                JoinTokenCodec.encode(token),
                token.id(),
                fleet,
                site,
                slot,
                uses,
                token.expiresSeconds() * 1000,
                token.endpoints(),
                token.rootKey().hex()));
      }
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  /// A token's random parts, with what it pins.
  private JoinToken draw(List<String> endpoints) throws RefusedException {
    JoinToken drawn = drawn(endpoints);
    refuseUnlessItFits(drawn);
    return drawn;
  }

  private JoinToken drawn(List<String> endpoints) throws RefusedException {
    List<Envelope> roots = views.publisherRoots();
    if (roots.isEmpty()) {
      throw new RefusedException(
          new Reason.Conflict(
              "a join token",
              "it pins the publisher, and this hub trusts none yet"
                  + "; make and trust one: tombolo keys new --out publisher,"
                  + " then tombolo keys trust publisher.root.json"));
    }
    byte[] id = new byte[TOKEN_ID_BYTES];
    random.nextBytes(id);
    byte[] secret = new byte[TokenSecret.BYTES];
    random.nextBytes(secret);
    return new JoinToken(
        HexFormat.of().formatHex(id),
        new TokenSecret(secret),
        identity.root(),
        Digest.of(Base64.getDecoder().decode(roots.getFirst().payload())),
        0,
        endpoints);
  }

  /// Tried before the token exists: one that nobody can be given must not lie about.
  private static void refuseUnlessItFits(JoinToken drawn) throws RefusedException {
    try {
      JoinTokenCodec.encode(drawn);
    } catch (IllegalArgumentException e) {
      throw Parts.invalid(
          "endpoints",
          String.join(" ", drawn.endpoints()),
          Objects.requireNonNullElse(e.getMessage(), "give others"));
    }
  }

  private List<String> endpoints(List<String> asked) throws RefusedException {
    if (asked.size() > JoinTokenCodec.ENDPOINTS_MAX) {
      throw new RefusedException(
          new Reason.LimitExceeded("ENDPOINTS_MAX", JoinTokenCodec.ENDPOINTS_MAX, asked.size()));
    }
    for (String endpoint : asked) {
      if (!JoinTokenCodec.isEndpoint(endpoint)) {
        throw Parts.invalid("endpoint", endpoint, "write HOST:PORT");
      }
    }
    return asked.isEmpty() ? identity.endpoints() : asked;
  }

  private void trustPublisher(Context context)
      throws RefusedException, IOException, InterruptedException {
    Envelope root = envelope(context);
    switch (desk.ask(Requests.who(context), new AdminCommand.TrustPublisher(root))) {
      case AdminAnswer.Done done -> Requests.answer(context, new Changes(done.changes()));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private void pushRelease(Context context)
      throws RefusedException, IOException, InterruptedException {
    Envelope release = envelope(context);
    ReleaseManifest manifest = manifest(release);
    for (Variant variant : manifest.variants()) {
      for (Variant.File file : variant.files()) {
        refuseUnlessHeld(file);
      }
    }
    switch (desk.ask(Requests.who(context), new AdminCommand.PushRelease(release))) {
      case AdminAnswer.ReleaseTaken taken ->
          Requests.answer(
              context,
              new ReleaseTaken(
                  manifest.name() + "@" + manifest.version(),
                  taken.release().text(),
                  taken.isNew()));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private void refuseUnlessHeld(Variant.File file) throws RefusedException {
    OptionalLong size = depot.sizeOf(file.digest());
    if (size.isEmpty()) {
      throw new RefusedException(new Reason.NotFound("file at the hub", file.path(), List.of()));
    }
    if (size.getAsLong() != file.size()) {
      throw new RefusedException(
          new Reason.SizeMismatch(file.path(), file.size(), size.getAsLong()));
    }
  }

  /// Unverified; the hub's decider checks the signatures before anything of it counts.
  private static ReleaseManifest manifest(Envelope envelope) throws RefusedException {
    try {
      byte[] payload = Base64.getDecoder().decode(envelope.payload());
      return Json.read(ReleaseManifest.class, payload, Limits.RELEASE_MANIFEST_BYTES_MAX);
    } catch (MalformedException e) {
      throw new RefusedException(e.reason());
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          new Reason.Malformed("envelope", Objects.requireNonNullElse(e.getMessage(), "base64")));
    }
  }

  private static Envelope envelope(Context context) throws RefusedException, IOException {
    try {
      String text = Requests.text(context, Limits.SECTION_BYTES_MAX);
      return Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
    } catch (MalformedException e) {
      throw new RefusedException(e.reason());
    }
  }
}
