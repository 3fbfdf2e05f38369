package dev.tombolo.hub.net;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.RecoveryCheck;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.ChallengeRequest;
import dev.tombolo.protocol.enrol.ChallengeResponse;
import dev.tombolo.protocol.enrol.EnrolRequest;
import dev.tombolo.protocol.enrol.RecoverRequest;
import dev.tombolo.protocol.enrol.RenewRequest;
import dev.tombolo.protocol.enrol.TimeProof;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The HTTP half of the edge port, one request at a time on a line.
final class HttpRoutes extends SimpleChannelInboundHandler<HttpObject> {
  private static final Pattern FILE = Pattern.compile("/v1/files/([0-9a-f]{64})");
  private static final Pattern BUNDLE = Pattern.compile("/v1/bundles/([0-9a-f]{64})");
  private static final Pattern BUNDLE_FOR =
      Pattern.compile(
          "/v1/bundles/for/([0-9a-f]{64}\\.[0-9]{1,2})(?:/([0-9a-f]{64}\\.[0-9]{1,2}))?");
  private static final Pattern PACKAGE =
      Pattern.compile("/packages/([A-Za-z0-9][A-Za-z0-9._+~-]{0,127})");
  private static final Pattern TIME = Pattern.compile("/v1/time/(.{1,128})");
  private static final Set<String> POSTS =
      Set.of("/v1/enroll", "/v1/renew", "/v1/recover/challenge", "/v1/recover");
  private static final String PEM = "application/x-pem-file";

  private final Line line;
  private final Edge edge;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private @Nullable HttpReplies replies;
  private @Nullable HttpRequest request;
  private @Nullable FileReply sending;
  private OptionalLong waitsFor = OptionalLong.empty();
  private boolean isAnswering;

  HttpRoutes(Line line, Edge edge) {
    this.line = line;
    this.edge = edge;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
    if (message instanceof HttpRequest head) {
      begin(ctx, head);
    }
    if (message instanceof HttpContent content && request != null && !isAnswering) {
      take(content.content());
      if (message instanceof LastHttpContent && !isAnswering) {
        answer(ctx, request);
      }
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest head) {
    if (isAnswering || request != null) {
      // Pipelining: none of our clients does it.
      line.abort();
      return;
    }
    line.settled();
    request = head;
    HttpReplies fresh = new HttpReplies(ctx, head, this::answered);
    replies = fresh;
    if (edge.isStranger(line)) {
      // One answer each: whoever shows no certificate that is served keeps no line.
      fresh.closeAfterwards();
    }
    body.reset();
    line.deadline(EdgeBounds.BODY_MILLIS, line::abort);
    DecoderResult decoded = head.decoderResult();
    if (decoded.isFailure()) {
      boolean tooLong =
          decoded.cause() instanceof TooLongHttpHeaderException
              || decoded.cause() instanceof TooLongHttpLineException;
      refuse(
          tooLong
              ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
              : HttpResponseStatus.BAD_REQUEST,
          tooLong
              ? new Reason.LimitExceeded(
                  "httpHeaderBytes",
                  EdgeBounds.HTTP_HEADER_BYTES_MAX,
                  EdgeBounds.HTTP_HEADER_BYTES_MAX + 1L)
              : new Reason.Malformed(
                  "HTTP request", Quoted.of(String.valueOf(decoded.cause().getMessage()))));
      return;
    }
    long length = HttpUtil.getContentLength(head, 0L);
    if (length > Limits.ENROL_BODY_BYTES_MAX) {
      tooLarge(length);
    } else if (HttpUtil.is100ContinueExpected(head)) {
      replies().goOn();
    }
  }

  private void take(ByteBuf content) {
    if (body.size() + content.readableBytes() > Limits.ENROL_BODY_BYTES_MAX) {
      tooLarge(body.size() + content.readableBytes());
      return;
    }
    try {
      content.readBytes(body, content.readableBytes());
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail like this", e);
    }
  }

  private void tooLarge(long length) {
    refuse(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        // What is told must fit JSON, whatever a Content-Length says.
        new Reason.LimitExceeded(
            "bodyBytes", Limits.ENROL_BODY_BYTES_MAX, Math.min(length, Limits.INTEGER_MAX)));
  }

  private void answer(ChannelHandlerContext ctx, HttpRequest head) {
    isAnswering = true;
    line.deadline(EdgeBounds.DOWNLOAD_STALL_MILLIS, line::abort);
    String uri = head.uri();
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    boolean reads = head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD);
    boolean posts = POSTS.contains(path);
    if (posts != head.method().equals(HttpMethod.POST) || !(reads || posts)) {
      replies()
          .refuse(
              HttpResponseStatus.METHOD_NOT_ALLOWED,
              new Reason.InputInvalid(
                  "method", Quoted.of(head.method().name()), posts ? "POST" : "GET"));
      return;
    }
    Matcher file = FILE.matcher(path);
    Matcher bundle = BUNDLE.matcher(path);
    Matcher bundleFor = BUNDLE_FOR.matcher(path);
    Matcher pack = PACKAGE.matcher(path);
    Matcher time = TIME.matcher(path);
    if (path.equals("/healthz")) {
      replies().text(HttpReplies.TEXT, "ok\n");
    } else if (path.equals("/v1/ca.pem")) {
      replies().text(PEM, edge.rootPem());
    } else if (path.equals("/v1/enroll")) {
      enrol();
    } else if (path.equals("/v1/renew")) {
      renew();
    } else if (path.equals("/v1/recover/challenge")) {
      challenge();
    } else if (path.equals("/v1/recover")) {
      recover();
    } else if (path.equals("/mqtt")) {
      upgrade(ctx, head);
    } else if (file.matches()) {
      file(ctx, head, Digest.ofHex(file.group(1)));
    } else if (bundle.matches()) {
      bundle(ctx, head, Digest.ofHex(bundle.group(1)));
    } else if (bundleFor.matches()) {
      offer(
          new BundlePair(
              BundlePair.Side.parse(bundleFor.group(1)),
              Optional.ofNullable(bundleFor.group(2)).map(BundlePair.Side::parse)));
    } else if (time.matches()) {
      time(time.group(1));
    } else if (path.equals("/install.sh")) {
      share(ctx, head, "install.sh", path);
    } else if (pack.matches()) {
      share(ctx, head, "packages/" + pack.group(1), path);
    } else {
      notFound("page", path);
    }
  }

  // ---- enrolment, renewal, recovery

  private void enrol() {
    try {
      EnrolRequest wanted =
          Json.read(EnrolRequest.class, body.toByteArray(), Limits.ENROL_BODY_BYTES_MAX);
      switch (JoinTokenCodec.decode(wanted.token())) {
        case JoinTokenCodec.Garbled garbled -> replies().refuse(garbled.reason());
        case JoinTokenCodec.Read(JoinToken token) ->
            withKey(
                wanted.csr(),
                key ->
                    number ->
                        new HubEvent.EnrolAsked(number, token, key, wanted.facts(), line.remote()));
      }
    } catch (MalformedException e) {
      replies().refuse(e.reason());
    }
  }

  private void renew() {
    // A replaced certificate that asks for a new one is a clone: the hub's loop must hear of it.
    Optional<PeerIdentity> peer = served(ConnectCheck::isForTheLoop);
    if (peer.isEmpty()) {
      return;
    }
    try {
      RenewRequest wanted =
          Json.read(RenewRequest.class, body.toByteArray(), Limits.ENROL_BODY_BYTES_MAX);
      withKey(
          wanted.csr(),
          key ->
              number ->
                  new HubEvent.RenewAsked(
                      number,
                      peer.get().device(),
                      peer.get().serial(),
                      peer.get().certificate(),
                      key,
                      line.remote()));
    } catch (MalformedException e) {
      replies().refuse(e.reason());
    }
  }

  private void challenge() {
    if (isTooOften()) {
      return;
    }
    try {
      ChallengeRequest wanted =
          Json.read(ChallengeRequest.class, body.toByteArray(), Limits.ENROL_BODY_BYTES_MAX);
      long now = edge.services().clock().millis();
      switch (edge.services().recovery().challenge(wanted.certificate(), wanted.csr(), now)) {
        case RecoveryCheck.Challenge.Given(String challenge) ->
            replies()
                .json(
                    HttpResponseStatus.OK,
                    new ChallengeResponse(challenge, (int) Limits.CHALLENGE_LIFE.toSeconds()));
        case RecoveryCheck.Challenge.Refused(Reason reason) -> refuseRecovery(reason);
      }
    } catch (MalformedException e) {
      replies().refuse(e.reason());
    }
  }

  private void recover() {
    if (isTooOften()) {
      return;
    }
    try {
      RecoverRequest wanted =
          Json.read(RecoverRequest.class, body.toByteArray(), Limits.ENROL_BODY_BYTES_MAX);
      RecoveryCheck.Proof proof =
          edge.services()
              .recovery()
              .check(
                  wanted.certificate(),
                  wanted.csr(),
                  wanted.challenge(),
                  wanted.signature(),
                  edge.services().clock().millis());
      switch (proof) {
        case RecoveryCheck.Proof.Good good ->
            askHub(
                number ->
                    new HubEvent.RecoverAsked(
                        number,
                        good.certificate(),
                        good.key(),
                        good.nonce(),
                        good.nonceUntilMillis(),
                        line.remote()));
        case RecoveryCheck.Proof.Bad(Reason reason) -> refuseRecovery(reason);
      }
    } catch (MalformedException e) {
      replies().refuse(e.reason());
    }
  }

  private void time(String nonce) {
    if (isTooOften()) {
      return;
    }
    if (!TimeProof.isNonce(nonce)) {
      replies().refuse(new Reason.InputInvalid("nonce", nonce, "32 lower-case hex digits"));
      return;
    }
    long now = edge.services().clock().millis();
    replies().json(HttpResponseStatus.OK, edge.services().time().sign(nonce, now));
  }

  /// Proofs cost signatures: nobody may ask for too many.
  private boolean isTooOften() {
    if (edge.recoverRates().take(line.network(), line.nowMillis())) {
      return false;
    }
    replies().refuse(new Reason.Busy(EdgeBounds.RECOVER_RETRY_SECONDS));
    return true;
  }

  private void refuseRecovery(Reason reason) {
    edge.violations().report(Optional.empty(), line.remote(), "recover-refused", reason);
    replies().refuse(reason);
  }

  private void withKey(String csr, Function<RequestedKey, LongFunction<HubEvent>> event) {
    switch (edge.services().csrCheck().check(csr)) {
      case CsrCheck.Outcome.Bad(Reason reason) -> replies().refuse(reason);
      case CsrCheck.Outcome.Good(RequestedKey key) -> askHub(event.apply(key));
    }
  }

  private void askHub(LongFunction<HubEvent> event) {
    HttpReplies reply = replies();
    OptionalLong number =
        edge.requests().add(effect -> reply.executor().execute(() -> answered(reply, effect)));
    if (number.isEmpty() || !edge.services().inbox().offer(event.apply(number.getAsLong()))) {
      number.ifPresent(edge.requests()::forget);
      edge.counters().inboxFull.increment();
      reply.refuse(new Reason.Busy(EdgeBounds.RETRY_AFTER_SECONDS));
      return;
    }
    waitsFor = number;
    line.deadline(
        EdgeBounds.ANSWER_MILLIS,
        () -> {
          forgetRequest();
          reply.refuse(new Reason.Busy(EdgeBounds.RETRY_AFTER_SECONDS));
        });
  }

  private void answered(HttpReplies reply, HubEffect effect) {
    waitsFor = OptionalLong.empty();
    if (effect instanceof HubEffect.EnrolGranted granted) {
      reply.json(HttpResponseStatus.OK, granted.response());
    } else if (effect instanceof HubEffect.RenewGranted granted) {
      reply.json(HttpResponseStatus.OK, granted.response());
    } else if (effect instanceof HubEffect.RequestRefused refused) {
      reply.refuse(refused.reason());
    }
  }

  // ---- files

  private void file(ChannelHandlerContext ctx, HttpRequest head, Digest digest) {
    Optional<PeerIdentity> peer = served();
    if (peer.isEmpty()) {
      return;
    }
    if (!edge.services().directory().mayRead(peer.get().device(), digest)) {
      Reason reason =
          new Reason.NotYours("file", digest.brief() + " is in no release assigned to this device");
      edge.violations().report(Optional.of(peer.get().device()), line.remote(), "download", reason);
      replies().refuse(reason);
      return;
    }
    Optional<Path> path = edge.services().files().apply(digest);
    if (path.isEmpty()) {
      notFound("file", digest.hex());
    } else {
      send(
          ctx,
          head,
          new FileReply.Given(
              path.get(),
              digest.hex(),
              HttpReplies.BYTES,
              FileReply.FOR_EVER,
              edge.counters().fileBytes,
              lane(peer.get())));
    }
  }

  // ---- bundles

  private void offer(BundlePair pair) {
    Optional<PeerIdentity> peer = served();
    if (peer.isEmpty()) {
      return;
    }
    if (!mayHave(peer.get(), pair)) {
      refuseBundle(peer.get(), pair.target().release());
      return;
    }
    switch (edge.services().bundles().offer(pair, peer.map(PeerIdentity::device))) {
      case BundleDesk.Offer.Made(BundleOffer made) -> replies().json(HttpResponseStatus.OK, made);
      case BundleDesk.Offer.Awaited(int seconds) ->
          replies().refuse(new Reason.BundleAwaited(seconds));
      case BundleDesk.Offer.Missing(String detail) ->
          replies().refuse(new Reason.BundleMissing(detail));
      case BundleDesk.Offer.NotWorth() -> notFound("bundle", pair.target().toString());
    }
  }

  private void bundle(ChannelHandlerContext ctx, HttpRequest head, Digest bundle) {
    Optional<PeerIdentity> peer = served();
    if (peer.isEmpty()) {
      return;
    }
    Set<BundlePair> pairs = edge.services().bundles().pairsOf(bundle);
    Optional<Path> path = edge.services().bundles().find(bundle);
    if (pairs.isEmpty() || path.isEmpty()) {
      notFound("bundle", bundle.hex());
    } else if (pairs.stream().noneMatch(pair -> mayHave(peer.get(), pair))) {
      refuseBundle(peer.get(), bundle);
    } else {
      send(
          ctx,
          head,
          new FileReply.Given(
              path.get(),
              bundle.hex(),
              HttpReplies.BYTES,
              FileReply.FOR_EVER,
              edge.counters().bundleBytes,
              lane(peer.get())));
    }
  }

  /// Who has a bundle and one of its ends has a good part of the other.
  private boolean mayHave(PeerIdentity peer, BundlePair pair) {
    EdgeDirectory directory = edge.services().directory();
    return directory.mayHave(peer.device(), pair.target().release())
        && (pair.base().isEmpty() || directory.mayHave(peer.device(), pair.base().get().release()));
  }

  private void refuseBundle(PeerIdentity peer, Digest what) {
    Reason reason =
        new Reason.NotYours("bundle", what.brief() + " is of no release assigned to this device");
    edge.violations().report(Optional.of(peer.device()), line.remote(), "download", reason);
    replies().refuse(reason);
  }

  private void share(ChannelHandlerContext ctx, HttpRequest head, String name, String path) {
    Optional<SharedFile> found =
        edge.settings().share().flatMap(folder -> SharedFile.find(folder, name));
    if (found.isEmpty()) {
      notFound("page", path);
    } else {
      SharedFile file = found.get();
      String type = name.endsWith(".sh") ? "text/x-shellscript; charset=utf-8" : HttpReplies.BYTES;
      send(
          ctx,
          head,
          new FileReply.Given(
              file.path(),
              file.tag(),
              type,
              FileReply.ASKED_AGAIN,
              edge.counters().fileBytes,
              Optional::empty));
    }
  }

  private Supplier<Optional<SiteLane>> lane(PeerIdentity peer) {
    return () -> edge.lanes().of(peer.device(), line.nowMillis());
  }

  private void send(ChannelHandlerContext ctx, HttpRequest head, FileReply.Given given) {
    if (FileReply.isHeld(head, given)) {
      FileReply.tellHeld(given, replies());
      return;
    }
    try {
      sending = FileReply.start(ctx, head, given, replies(), line);
    } catch (IOException e) {
      String what = "read " + given.path().getFileName();
      replies().refuse(new Reason.IoFailed(what, "see the hub's log"));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (sending != null) {
      sending.pump();
    }
    ctx.fireChannelWritabilityChanged();
  }

  // ---- MQTT over WebSocket

  private void upgrade(ChannelHandlerContext ctx, HttpRequest head) {
    if (!WebSocketUpgrade.isWanted(head)) {
      replies()
          .refuse(
              HttpResponseStatus.UPGRADE_REQUIRED,
              new Reason.InputInvalid(
                  "Upgrade", "", "ask for a WebSocket, version 13, with the subprotocol mqtt"));
      return;
    }
    line.deadline(EdgeBounds.OPENING_MILLIS, line::abort);
    WebSocketUpgrade.start(ctx, head, line, edge);
    ctx.pipeline().remove(this);
  }

  // ---- the line

  /// The peer, if it may be served; else it has been told why not.
  private Optional<PeerIdentity> served() {
    return served(why -> false);
  }

  /// @param isDecidedLater which reasons not to be served are left to the hub's loop
  private Optional<PeerIdentity> served(Predicate<Reason> isDecidedLater) {
    Optional<PeerIdentity> peer = line.peer();
    if (peer.isEmpty()) {
      replies()
          .refuse(
              HttpResponseStatus.UNAUTHORIZED,
              new Reason.NotYours("page", "show a device certificate of this hub"));
      return peer;
    }
    Optional<Reason> why =
        peer.get().whyNotServed(edge.services().directory(), edge.services().clock().millis());
    if (why.isPresent() && !isDecidedLater.test(why.get())) {
      edge.violations()
          .report(peer.map(PeerIdentity::device), line.remote(), "HTTP request", why.get());
      replies().refuse(why.get());
      return Optional.empty();
    }
    return peer;
  }

  private void notFound(String kind, String name) {
    replies().refuse(new Reason.NotFound(kind, Quoted.of(name), List.of()));
  }

  private void refuse(HttpResponseStatus status, Reason reason) {
    isAnswering = true;
    edge.violations()
        .report(line.peer().map(PeerIdentity::device), line.remote(), "HTTP request", reason);
    replies().closeAfterwards();
    replies().refuse(status, reason);
  }

  /// The response is written.
  private void answered(boolean closes) {
    request = null;
    replies = null;
    sending = null;
    isAnswering = false;
    if (closes) {
      isAnswering = true;
      line.farewell();
    } else {
      line.deadline(EdgeBounds.IDLE_MILLIS, line::abort);
    }
  }

  private void forgetRequest() {
    waitsFor.ifPresent(edge.requests()::forget);
    waitsFor = OptionalLong.empty();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    forgetRequest();
    if (sending != null) {
      sending.close();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    line.failed(cause);
    ctx.close();
  }

  private HttpReplies replies() {
    return Objects.requireNonNull(replies, "used before a request");
  }
}
