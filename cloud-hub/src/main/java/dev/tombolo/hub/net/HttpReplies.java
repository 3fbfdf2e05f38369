package dev.tombolo.hub.net;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/// The answer to one request.
final class HttpReplies {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain; charset=utf-8";
  static final String BYTES = "application/octet-stream";

  private final ChannelHandlerContext ctx;
  private final boolean isHead;
  private final Done done;
  private boolean closes;
  private boolean isSent;

  /// Told when the response has gone out.
  interface Done {
    void answered(boolean closes);
  }

  HttpReplies(ChannelHandlerContext ctx, HttpRequest request, Done done) {
    this.ctx = ctx;
    this.isHead = request.method().equals(HttpMethod.HEAD);
    this.closes = !HttpUtil.isKeepAlive(request);
    this.done = done;
  }

  EventExecutor executor() {
    return ctx.executor();
  }

  boolean isHead() {
    return isHead;
  }

  void closeAfterwards() {
    closes = true;
  }

  void goOn() {
    ctx.writeAndFlush(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
  }

  void text(String type, String text) {
    send(HttpResponseStatus.OK, type, text);
  }

  void json(HttpResponseStatus status, Object value) {
    send(status, JSON, Json.write(value));
  }

  /// 304, which has no body; what it says of caching holds for what was sent before.
  void notModified(String tag, String caching) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_MODIFIED, Unpooled.EMPTY_BUFFER);
    response.headers().set(HttpHeaderNames.ETAG, tag).set(HttpHeaderNames.CACHE_CONTROL, caching);
    send(response);
  }

  void refuse(Reason reason) {
    refuse(statusOf(reason), reason);
  }

  void refuse(HttpResponseStatus status, Reason reason) {
    FullHttpResponse response =
        response(status, JSON, Json.write(new Refusal(reason, ReasonText.say(reason))));
    if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      response
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketUpgrade.VERSION);
    }
    if (reason instanceof Reason.BundleAwaited awaited) {
      response.headers().set(HttpHeaderNames.RETRY_AFTER, awaited.retryAfterSeconds());
    }
    if (reason instanceof Reason.Busy busy) {
      int spread = ThreadLocalRandom.current().nextInt(busy.retryAfterSeconds() + 1);
      response.headers().set(HttpHeaderNames.RETRY_AFTER, busy.retryAfterSeconds() + spread);
    }
    send(response);
  }

  /// Which status says it (RFC 9110 s. 15).
  static HttpResponseStatus statusOf(Reason reason) {
    if (reason instanceof Reason.TokenGarbled
        || reason instanceof Reason.CsrInvalid
        || reason instanceof Reason.Malformed
        || reason instanceof Reason.InputInvalid) {
      return HttpResponseStatus.BAD_REQUEST;
    } else if (reason instanceof Reason.TokenUnknown) {
      return HttpResponseStatus.UNAUTHORIZED;
    } else if (reason instanceof Reason.NotFound || reason instanceof Reason.BundleMissing) {
      return HttpResponseStatus.NOT_FOUND;
    } else if (reason instanceof Reason.SlotTaken || reason instanceof Reason.Conflict) {
      return HttpResponseStatus.CONFLICT;
    } else if (reason instanceof Reason.LimitExceeded) {
      return HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE;
    } else if (reason instanceof Reason.Busy || reason instanceof Reason.BundleAwaited) {
      return HttpResponseStatus.SERVICE_UNAVAILABLE;
    } else if (reason instanceof Reason.IoFailed || reason instanceof Reason.DiskFull) {
      return HttpResponseStatus.INTERNAL_SERVER_ERROR;
    }
    return HttpResponseStatus.FORBIDDEN;
  }

  /// Marks the response's end, whoever wrote it.
  ///
  /// @param last its last part, on its way
  void finished(ChannelFuture last) {
    isSent = true;
    last.addListener(_ -> done.answered(closes));
  }

  void setConnection(HttpHeaders headers) {
    headers.set(
        HttpHeaderNames.CONNECTION, closes ? HttpHeaderValues.CLOSE : HttpHeaderValues.KEEP_ALIVE);
  }

  private void send(HttpResponseStatus status, String type, String text) {
    send(response(status, type, text));
  }

  private FullHttpResponse response(HttpResponseStatus status, String type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuf body = isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, type)
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    return response;
  }

  private void send(FullHttpResponse response) {
    if (isSent) {
      response.release();
      return;
    }
    setConnection(response.headers());
    if (response.headers().contains(HttpHeaderNames.UPGRADE)) {
      // RFC 9110 s. 7.8: whoever says Upgrade names it here, too.
      response.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
    finished(ctx.writeAndFlush(response));
  }
}
