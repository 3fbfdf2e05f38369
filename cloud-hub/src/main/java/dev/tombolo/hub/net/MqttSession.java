package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.MessageBounds;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.Topics;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.Answer;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One MQTT 5 connection of a device, on its event loop.
///
/// ```
/// CONNECTING --CONNECT--> OPENING --SessionAdmitted--> OPEN --> CLOSED
///      \                     \--SessionRefused-----------------^
///       \--refused by the wire's rules-------------------------^
/// ```
final class MqttSession extends ChannelInboundHandlerAdapter implements Delivery.Wire {
  private enum Phase {
    CONNECTING,
    OPENING,
    OPEN,
    CLOSED
  }

  private final Line line;
  private final Edge edge;

  /// Packet identifiers of reports the hub has not committed yet.
  private final Set<Integer> untaken = new HashSet<>(2);

  /// Packets that came behind CONNECT before the hub had answered it.
  private final Queue<Object> early = new ArrayDeque<>(0);

  /// Events for which the hub's inbox had no room.
  private final Queue<Said> unheard = new ArrayDeque<>(0);

  /// Bytes that the hub's loop has taken in and not decided yet; changed by its thread, too.
  private final AtomicInteger undecidedBytes = new AtomicInteger();

  private Phase phase = Phase.CONNECTING;
  private long packetsRead;
  private boolean flushIsDue;
  private int pongsDue;

  /// What the peer has said that it takes.
  private long answerBytesMax = Limits.PACKET_BYTES_MAX;

  private boolean isListening;
  private long unheardSinceMillis;
  private long stalledSinceMillis;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Open open;

  /// What is known once CONNECT has been read.
  private record Open(SessionId id, DeviceId device, ConnectCheck.Terms terms, Delivery delivery) {}

  /// @param bytes it came in with
  private record Said(HubEvent event, int bytes) {}

  MqttSession(Line line, Edge edge) {
    this.line = line;
    this.edge = edge;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /// True until the CONNECT has been understood or refused.
  boolean isConnecting() {
    return phase == Phase.CONNECTING;
  }

  boolean isClosed() {
    return phase == Phase.CLOSED;
  }

  /// Understood or not.
  long packetsRead() {
    return packetsRead;
  }

  /// A packet came whole of which the decoder made nothing.
  void refusePacket(Reason reason) {
    if (phase == Phase.OPENING) {
      refuse(ReasonCodes.MALFORMED_PACKET, reason, true);
    } else {
      violate(ReasonCodes.MALFORMED_PACKET, "packet", reason);
    }
  }

  // ---- from the device

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    packetsRead++;
    boolean keep = false;
    try {
      if (!(message instanceof MqttMessage packet)) {
        return;
      }
      switch (phase) {
        case CONNECTING -> connect(ctx, packet);
        case OPENING -> {
          if (early.size() >= EdgeBounds.EARLY_PACKETS_MAX) {
            // By CONNACK: nothing may be sent before it (MQTT 5 s. 3.14).
            refuse(
                ReasonCodes.RECEIVE_MAX_EXCEEDED,
                new Reason.LimitExceeded(
                    "earlyPackets", EdgeBounds.EARLY_PACKETS_MAX, early.size() + 1),
                true);
          } else {
            early.add(message);
            keep = true;
          }
        }
        case OPEN -> packet(packet);
        case CLOSED -> {}
      }
    } finally {
      if (!keep) {
        ReferenceCountUtil.release(message);
      }
    }
  }

  private void connect(ChannelHandlerContext ctx, MqttMessage packet) {
    if (packet.decoderResult().isFailure()) {
      Throwable cause = packet.decoderResult().cause();
      boolean version = cause instanceof MqttUnacceptableProtocolVersionException;
      refuse(
          version ? ReasonCodes.UNSUPPORTED_VERSION : ReasonCodes.MALFORMED_PACKET,
          new Reason.Malformed("CONNECT", Quoted.of(String.valueOf(cause.getMessage()))),
          true);
      return;
    }
    if (!(packet instanceof MqttConnectMessage connect)) {
      line.abort();
      return;
    }
    answerBytesMax = ConnectCheck.packetBytesMax(connect);
    ConnectCheck check =
        new ConnectCheck(edge.services().directory(), edge.settings().keepAliveMaxSeconds());
    switch (check.check(connect, line.peer(), edge.services().clock().millis())) {
      case ConnectCheck.Outcome.Bad(int code, Reason reason, boolean isViolation) ->
          refuse(code, reason, isViolation);
      case ConnectCheck.Outcome.Good(ConnectCheck.Terms terms) -> ask(ctx, terms);
    }
  }

  private void ask(ChannelHandlerContext ctx, ConnectCheck.Terms terms) {
    DeviceId device = terms.peer().device();
    if (!edge.connectRates().take(device, line.nowMillis())) {
      refuse(ReasonCodes.SERVER_BUSY, busy(), true);
      return;
    }
    SessionId id = edge.services().sessionIds().get();
    Delivery delivery =
        new Delivery(device, terms.receiveMax(), terms.packetBytesMax(), this, edge.counters());
    HubEvent opened =
        new HubEvent.SessionOpened(
            id,
            device,
            terms.peer().serial(),
            terms.peer().certificate(),
            line.remote(),
            terms.will().map(Presence.Will.class::cast).orElse(null));
    edge.sessions().put(id, this);
    if (!edge.services().inbox().offer(opened)) {
      edge.sessions().remove(id);
      edge.counters().inboxFull.increment();
      refuse(ReasonCodes.SERVER_BUSY, busy(), false);
      return;
    }
    open = new Open(id, device, terms, delivery);
    phase = Phase.OPENING;
    line.settled();
    line.deadline(
        EdgeBounds.ANSWER_MILLIS, () -> refuse(ReasonCodes.SERVER_UNAVAILABLE, busy(), false));
    line.hold();
  }

  private void packet(MqttMessage packet) {
    if (packet.decoderResult().isFailure()) {
      Throwable cause = packet.decoderResult().cause();
      boolean tooLong = cause instanceof TooLongFrameException;
      violate(
          tooLong ? ReasonCodes.PACKET_TOO_LARGE : ReasonCodes.MALFORMED_PACKET,
          "packet",
          tooLong
              ? new Reason.LimitExceeded(
                  "packetBytes", Limits.PACKET_BYTES_MAX, Limits.PACKET_BYTES_MAX + 1L)
              : new Reason.Malformed("MQTT packet", Quoted.of(String.valueOf(cause.getMessage()))));
      return;
    }
    switch (packet.fixedHeader().messageType()) {
      case PUBLISH -> published((MqttPublishMessage) packet);
      case PUBACK -> acknowledged((MqttMessageIdVariableHeader) packet.variableHeader());
      case SUBSCRIBE -> subscribe((MqttSubscribeMessage) packet);
      case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) packet);
      case PINGREQ -> pinged();
      case DISCONNECT -> disconnected(packet);
      case CONNECT, CONNACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, AUTH ->
          violate(
              ReasonCodes.PROTOCOL_ERROR,
              packet.fixedHeader().messageType().name(),
              new Reason.Malformed("MQTT packet", "not allowed here"));
    }
  }

  private void published(MqttPublishMessage packet) {
    String name = packet.variableHeader().topicName();
    int packetId = packet.variableHeader().packetId();
    MqttQoS qos = packet.fixedHeader().qosLevel();
    Optional<PublishCheck.Fault> fault = PublishCheck.faultOf(packet, device(), untaken);
    if (fault.isPresent()) {
      violate(fault.get().code(), "publish to " + name, fault.get().reason());
      return;
    }
    int toAcknowledge = qos == MqttQoS.AT_MOST_ONCE ? 0 : packetId;
    byte[] payload = ByteBufUtil.getBytes(packet.payload());
    Topics topic = Topics.parse(name).orElseThrow().topic();
    try {
      if (topic == Topics.REPORT) {
        Report report = Json.read(Report.class, payload, Limits.PACKET_BYTES_MAX);
        if (isRefused(name, MessageBounds.check(report))) {
          return;
        }
        edge.counters().reportRows.add(report.rows().size());
        if (toAcknowledge != 0) {
          untaken.add(toAcknowledge);
        }
        hand(new HubEvent.ReportSaid(id(), device(), report, toAcknowledge), payload.length);
        return;
      }
      if (topic == Topics.PRESENCE) {
        Presence presence = Json.read(Presence.class, payload, Limits.PACKET_BYTES_MAX);
        if (isRefused(name, MessageBounds.check(presence))) {
          return;
        }
        hand(new HubEvent.PresenceSaid(id(), device(), presence), payload.length);
      } else {
        Answer answer = Json.read(Answer.class, payload, Limits.PACKET_BYTES_MAX);
        hand(new HubEvent.AnswerSaid(id(), device(), answer), payload.length);
      }
      if (toAcknowledge != 0) {
        send(MqttPackets.puback(toAcknowledge, ReasonCodes.SUCCESS));
      }
    } catch (MalformedException e) {
      violate(ReasonCodes.PAYLOAD_INVALID, "publish to " + name, e.reason());
    }
  }

  private boolean isRefused(String topic, @Nullable Reason reason) {
    if (reason != null) {
      violate(ReasonCodes.PAYLOAD_INVALID, "publish to " + topic, reason);
    }
    return reason != null;
  }

  private void acknowledged(MqttMessageIdVariableHeader header) {
    boolean isRefused =
        header instanceof MqttPubReplyMessageVariableHeader reply
            && (reply.reasonCode() & 0xff) >= ReasonCodes.UNSPECIFIED;
    delivery().acknowledged(header.messageId(), isRefused);
  }

  private void subscribe(MqttSubscribeMessage packet) {
    if (isTooMany(packet.payload().topicSubscriptions().size())) {
      return;
    }
    List<Integer> granted = new ArrayList<>();
    for (MqttTopicSubscription wanted : packet.payload().topicSubscriptions()) {
      String filter = wanted.topicFilter();
      if (filter.equals(Topics.HUB_BEACON)) {
        // For external brokers; here the line itself ends with the hub.
        granted.add(Math.min(1, wanted.qualityOfService().value()));
        continue;
      }
      Optional<Topics.Parsed> parsed = Topics.parse(filter);
      boolean own =
          parsed.isPresent()
              && parsed.get().device().equals(device())
              && !parsed.get().topic().isUp();
      if (!own) {
        boolean wild = filter.contains("#") || filter.contains("+") || filter.startsWith("$");
        violate(
            wild ? ReasonCodes.TOPIC_FILTER_INVALID : ReasonCodes.NOT_AUTHORIZED,
            "subscribe to " + bounded(filter),
            new Reason.NotYours("topic filter", "only a device's own desired, acked and ask"));
        return;
      }
      int qos = Math.min(1, wanted.qualityOfService().value());
      delivery().subscribe(parsed.get().topic(), qos);
      granted.add(qos);
    }
    send(MqttPackets.suback(packet.variableHeader().messageId(), granted));
    boolean listens =
        delivery().isSubscribed(Topics.DESIRED) || delivery().isSubscribed(Topics.ACKED);
    if (listens && !isListening) {
      isListening = true;
      hand(new HubEvent.SessionSubscribed(id(), device()), 0);
    }
    delivery().pump();
  }

  private boolean isTooMany(int filters) {
    if (filters <= EdgeBounds.FILTERS_MAX) {
      return false;
    }
    violate(
        ReasonCodes.QUOTA_EXCEEDED,
        "topic filters",
        new Reason.LimitExceeded("topicFilters", EdgeBounds.FILTERS_MAX, filters));
    return true;
  }

  private void unsubscribe(MqttUnsubscribeMessage packet) {
    if (isTooMany(packet.payload().topics().size())) {
      return;
    }
    List<Short> codes = new ArrayList<>();
    for (String filter : packet.payload().topics()) {
      boolean was =
          Topics.parse(filter)
              .filter(parsed -> parsed.device().equals(device()))
              .map(parsed -> delivery().unsubscribe(parsed.topic()))
              .orElse(false);
      codes.add((short) (was ? 0x00 : 0x11));
    }
    send(MqttPackets.unsuback(packet.variableHeader().messageId(), codes));
  }

  // Many at once come from a line that had stalled, or from somebody who wants to fill our memory:
  // a few answers say the same.
  private void pinged() {
    if (pongsDue < EdgeBounds.PONGS_AT_ONCE_MAX) {
      pongsDue++;
      send(MqttPackets.PINGRESP);
    }
  }

  private void disconnected(MqttMessage packet) {
    int code =
        packet.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header
            ? header.reasonCode() & 0xff
            : ReasonCodes.SUCCESS;
    end(
        code == ReasonCodes.SUCCESS,
        "the device disconnected, code 0x" + Integer.toHexString(code));
    line.abort();
  }

  // ---- from the hub's loop

  /// Called on any thread.
  void execute(HubEffect.ToSession effect) {
    if (context != null) {
      context.channel().eventLoop().execute(() -> executeHere(effect));
    }
  }

  /// The hub stops. Called on any thread.
  void shutDown() {
    if (context != null) {
      context
          .channel()
          .eventLoop()
          .execute(
              () -> {
                if (phase == Phase.OPEN) {
                  close(ReasonCodes.SHUTTING_DOWN, busy());
                }
                line.abort();
              });
    }
  }

  private void executeHere(HubEffect.ToSession effect) {
    if (phase == Phase.CLOSED) {
      return;
    }
    switch (effect) {
      case HubEffect.SessionAdmitted _ -> admitted();
      case HubEffect.SessionRefused refused ->
          refuse(ReasonCodes.of(refused.reason()), refused.reason(), false);
      case HubEffect.CloseSession close -> close(ReasonCodes.of(close.reason()), close.reason());
      case HubEffect.SendDesired desired -> delivery().desired(desired);
      case HubEffect.SendAcked acked -> delivery().acked(acked.acked());
      case HubEffect.SendAsk ask -> {
        byte[] payload = Json.write(ask.ask()).getBytes(StandardCharsets.UTF_8);
        if (!delivery().ask(payload)) {
          tooSlow();
        }
      }
      case HubEffect.PacketTaken taken -> {
        if (untaken.remove(taken.packet())) {
          send(MqttPackets.puback(taken.packet(), ReasonCodes.SUCCESS));
        }
      }
    }
  }

  private void admitted() {
    ConnectCheck.Terms terms = opened().terms();
    MqttProperties properties = new MqttProperties();
    properties.add(number(MqttProperties.MAXIMUM_QOS, 1));
    properties.add(number(MqttProperties.RETAIN_AVAILABLE, 0));
    properties.add(number(MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE, 0));
    properties.add(number(MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0));
    properties.add(number(MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 0));
    properties.add(number(MqttProperties.RECEIVE_MAXIMUM, EdgeBounds.RECEIVE_MAX));
    if (terms.tellKeepAlive()) {
      properties.add(number(MqttProperties.SERVER_KEEP_ALIVE, terms.keepAliveSeconds()));
    }
    if (terms.tellSessionExpiry()) {
      properties.add(number(MqttProperties.SESSION_EXPIRY_INTERVAL, 0));
    }
    phase = Phase.OPEN;
    line.mqttIsOpen();
    // Let in by the loop, which knows more than the directory did.
    edge.strangers().remove(line);
    edge.counters().sessions.incrementAndGet();
    send(MqttPackets.connack(ReasonCodes.SUCCESS, properties));
    watchKeepAlive();
    line.onSweep(this::swept);
    line.onDismissal(reason -> close(ReasonCodes.of(reason), reason));
    for (Object packet = early.poll(); packet != null; packet = early.poll()) {
      channelRead(context(), packet);
    }
    readOn();
  }

  private void readOn() {
    if (unheard.isEmpty() && undecidedBytes.get() < EdgeBounds.UNDECIDED_BYTES_MAX) {
      line.release();
    }
  }

  // ---- watching

  private void watchKeepAlive() {
    long limit = opened().terms().keepAliveSeconds() * 1_500L;
    line.deadline(limit, () -> keepAliveOver(limit));
  }

  // Any byte counts: on a line that stalls, a packet may take longer than the keep alive.
  private void keepAliveOver(long limit) {
    long silent = line.nowMillis() - line.receivedAtMillis();
    if (silent < limit || line.isPaused()) {
      line.deadline(Math.max(limit - silent, EdgeBounds.SWEEP_MILLIS), () -> keepAliveOver(limit));
    } else {
      close(
          ReasonCodes.KEEP_ALIVE_TIMEOUT,
          new Reason.LineDown(silent, "nothing heard for " + silent / 1_000 + " s"));
    }
  }

  private void swept() {
    if (phase != Phase.OPEN) {
      return;
    }
    while (!unheard.isEmpty() && isOffered(unheard.peek())) {
      unheard.remove();
    }
    readOn();
    if (!unheard.isEmpty()
        && line.nowMillis() - unheardSinceMillis > EdgeBounds.INBOX_WAIT_MILLIS) {
      close(ReasonCodes.SERVER_BUSY, busy());
      return;
    }
    if (takesBytes()) {
      stalledSinceMillis = 0;
    } else if (stalledSinceMillis == 0) {
      stalledSinceMillis = line.nowMillis();
    } else if (line.nowMillis() - stalledSinceMillis > EdgeBounds.DOWNLOAD_STALL_MILLIS) {
      tooSlow();
    }
  }

  private void tooSlow() {
    edge.counters().slowConsumers.increment();
    violate(
        ReasonCodes.QUOTA_EXCEEDED,
        "reads too slowly",
        new Reason.LimitExceeded(
            "deviceQueueBytes", Limits.DEVICE_QUEUE_BYTES_MAX, Limits.DEVICE_QUEUE_BYTES_MAX + 1L));
  }

  /// Keeps the order of one device's events. While the inbox is full, or holds much of this device,
  /// the line is not read: TCP makes the device wait.
  private void hand(HubEvent event, int bytes) {
    Said said = new Said(event, bytes);
    if (unheard.isEmpty() && isOffered(said)) {
      if (undecidedBytes.get() >= EdgeBounds.UNDECIDED_BYTES_MAX) {
        line.hold();
        // Decided meanwhile, maybe: then nobody else lets go.
        readOn();
      }
      return;
    }
    if (unheard.isEmpty()) {
      edge.counters().inboxFull.increment();
      unheardSinceMillis = line.nowMillis();
      line.hold();
    }
    unheard.add(said);
  }

  private boolean isOffered(Said said) {
    if (said.bytes == 0) {
      return edge.services().inbox().offer(said.event);
    }
    undecidedBytes.addAndGet(said.bytes);
    boolean isIn = edge.services().inbox().offer(said.event, said.bytes, () -> decided(said.bytes));
    if (!isIn) {
      undecidedBytes.addAndGet(-said.bytes);
    }
    return isIn;
  }

  /// Called on the hub's loop.
  private void decided(int bytes) {
    int left = undecidedBytes.addAndGet(-bytes);
    boolean wasHeld = left + bytes >= EdgeBounds.UNDECIDED_BYTES_MAX;
    if (wasHeld && left < EdgeBounds.UNDECIDED_BYTES_MAX && context != null) {
      context
          .channel()
          .eventLoop()
          .execute(
              () -> {
                if (phase == Phase.OPEN) {
                  readOn();
                }
              });
    }
  }

  // ---- the wire

  @Override
  public boolean takesBytes() {
    return context().channel().isWritable();
  }

  @Override
  public void send(MqttMessage message) {
    ChannelHandlerContext ctx = context();
    ctx.write(message);
    if (!flushIsDue) {
      flushIsDue = true;
      // Behind what the hub's loop has already handed over: one flush, one TLS record, for all.
      ctx.executor().execute(this::flushNow);
    }
  }

  private void flushNow() {
    flushIsDue = false;
    pongsDue = 0;
    context().flush();
  }

  @Override
  public void taken(Digest manifest) {
    hand(new HubEvent.DesiredTaken(id(), device(), manifest), 0);
  }

  @Override
  public void sent(Digest manifest) {
    hand(new HubEvent.DesiredSent(id(), device(), manifest), 0);
  }

  @Override
  public void isTooLarge(int bytes, long bytesMax) {
    edge.violations()
        .report(
            Optional.of(device()),
            line.remote(),
            "takes no packet of this size",
            new Reason.LimitExceeded("maximumPacketSize", bytesMax, bytes));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (phase == Phase.OPEN && ctx.channel().isWritable()) {
      delivery().pump();
    }
    ctx.fireChannelWritabilityChanged();
  }

  // ---- the end

  private void violate(int code, String what, Reason reason) {
    edge.violations()
        .report(line.peer().map(PeerIdentity::device), line.remote(), bounded(what), reason);
    close(code, reason);
  }

  private void refuse(int code, Reason reason, boolean isViolation) {
    if (isViolation) {
      edge.violations()
          .report(line.peer().map(PeerIdentity::device), line.remote(), "CONNECT", reason);
    }
    if (phase == Phase.CLOSED) {
      return;
    }
    edge.counters().connectsRefused.increment();
    end(false, "refused");
    if (answerBytesMax == 0 || answerBytesMax >= MqttPackets.CONNACK_BYTES_MIN) {
      MqttPackets.writeConnack(context(), code, reason, answerBytesMax);
    }
    line.farewell();
  }

  private void close(int code, Reason reason) {
    if (phase == Phase.CLOSED) {
      return;
    }
    end(false, "closed with code 0x" + Integer.toHexString(code));
    context().writeAndFlush(MqttPackets.disconnect(code, reason, answerBytesMax));
    line.farewell();
  }

  /// Tells the hub once that the session is over.
  private void end(boolean clean, String cause) {
    Phase before = phase;
    phase = Phase.CLOSED;
    line.settled();
    Open was = open;
    for (Object packet = early.poll(); packet != null; packet = early.poll()) {
      ReferenceCountUtil.release(packet);
    }
    if (was == null || before == Phase.CLOSED) {
      return;
    }
    edge.sessions().remove(was.id());
    was.delivery().forget();
    unheard.forEach(said -> line.offerSurely(said.event));
    unheard.clear();
    if (before == Phase.OPEN) {
      edge.counters().sessions.decrementAndGet();
      if (!clean) {
        was.terms()
            .will()
            .ifPresent(
                will -> line.offerSurely(new HubEvent.PresenceSaid(was.id(), was.device(), will)));
      }
    }
    line.offerSurely(new HubEvent.SessionClosed(was.id(), was.device(), clean, cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(false, "the line broke");
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    line.failed(cause);
    end(false, "the line broke");
    ctx.close();
  }

  // ---- small words

  private static MqttProperties.IntegerProperty number(int property, int value) {
    return new MqttProperties.IntegerProperty(property, value);
  }

  private static Reason busy() {
    return new Reason.Busy(EdgeBounds.RETRY_AFTER_SECONDS);
  }

  private static String bounded(String text) {
    return Quoted.of(text, Limits.TOPIC_BYTES_MAX);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context, "used before it was added to a pipeline");
  }

  private Open opened() {
    return Objects.requireNonNull(open, "used before CONNECT");
  }

  private SessionId id() {
    return opened().id();
  }

  private DeviceId device() {
    return opened().device();
  }

  private Delivery delivery() {
    return opened().delivery();
  }
}
