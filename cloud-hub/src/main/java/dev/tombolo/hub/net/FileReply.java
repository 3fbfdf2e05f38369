package dev.tombolo.hub.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Sends a file or a part of it, never further ahead than the line takes bytes, nor faster than its
/// site may. A line that takes none for a long while is closed; the device resumes from what it
/// has.
final class FileReply {
  /// What is given.
  ///
  /// @param tag entity tag, without its quotes; the content never changes under one tag
  /// @param caching what `Cache-Control` says of it
  /// @param counted the bytes sent
  /// @param lane asked for each piece, since rules change; empty: no bound
  record Given(
      Path path,
      String tag,
      String type,
      String caching,
      LongAdder counted,
      Supplier<Optional<SiteLane>> lane) {}

  /// Of what is named by its SHA-256: never asked for again (RFC 8246). Private, since who may have
  /// it depends on the certificate shown, which no shared cache would ask for.
  static final String FOR_EVER = "private, max-age=31536000, immutable";

  /// Of a name whose content may change: kept, and asked for each time.
  static final String ASKED_AGAIN = "no-cache";

  private final ChannelHandlerContext ctx;
  private final FileChannel file;
  private final HttpReplies replies;
  private final Line line;
  private final Given given;

  /// The next piece, when its place in the lane is taken already; 0 before.
  private int reserved;

  private boolean isWaiting;
  private long at;
  private final long end;
  private boolean isDone;

  private FileReply(
      ChannelHandlerContext ctx,
      FileChannel file,
      ByteRange range,
      HttpReplies replies,
      Line line,
      Given given) {
    this.ctx = ctx;
    this.file = file;
    this.replies = replies;
    this.line = line;
    this.given = given;
    this.at = range.from();
    this.end = range.from() + range.length();
  }

  static FileReply start(
      ChannelHandlerContext ctx, HttpRequest request, Given given, HttpReplies replies, Line line)
      throws IOException {
    FileChannel file = FileChannel.open(given.path(), StandardOpenOption.READ);
    long size = file.size();
    Optional<ByteRange> range = ByteRange.of(rangeOf(request, quoted(given.tag())), size);
    HttpResponse response =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1,
            range
                .map(r -> r.isWhole() ? HttpResponseStatus.OK : HttpResponseStatus.PARTIAL_CONTENT)
                .orElse(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE));
    HttpHeaders headers =
        response
            .headers()
            .set(HttpHeaderNames.ACCEPT_RANGES, "bytes")
            .set(HttpHeaderNames.ETAG, quoted(given.tag()))
            .set(HttpHeaderNames.CACHE_CONTROL, given.caching())
            .set(HttpHeaderNames.CONTENT_TYPE, given.type())
            .set(HttpHeaderNames.CONTENT_LENGTH, range.map(ByteRange::length).orElse(0L));
    if (range.isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + size);
    } else if (!range.get().isWhole()) {
      ByteRange part = range.get();
      headers.set(
          HttpHeaderNames.CONTENT_RANGE,
          "bytes " + part.from() + "-" + (part.from() + part.length() - 1) + "/" + size);
    }
    replies.setConnection(headers);
    ctx.write(response);
    ByteRange sent =
        replies.isHead() ? new ByteRange(0, 0, true) : range.orElse(new ByteRange(0, 0, true));
    FileReply reply = new FileReply(ctx, file, sent, replies, line, given);
    reply.pump();
    return reply;
  }

  /// Whether whoever asks has it already: then nothing of it is sent, nor a range (RFC 9110 s.
  /// 13.1.2, 13.2.2).
  static boolean isHeld(HttpRequest request, Given given) {
    String tag = quoted(given.tag());
    return request.headers().getAll(HttpHeaderNames.IF_NONE_MATCH).stream()
        .flatMap(tags -> Stream.of(tags.split(",")))
        .map(String::strip)
        .anyMatch(each -> each.equals("*") || each.equals(tag) || each.equals("W/" + tag));
  }

  static void tellHeld(Given given, HttpReplies replies) {
    replies.notModified(quoted(given.tag()), given.caching());
  }

  void pump() {
    if (isDone || isWaiting) {
      return;
    }
    try {
      while (at < end && ctx.channel().isWritable()) {
        int wanted = mayGo();
        if (wanted == 0) {
          break;
        }
        ByteBuf chunk = ctx.alloc().buffer(wanted);
        int read = chunk.writeBytes(file, at, wanted);
        if (read <= 0) {
          chunk.release();
          throw new IOException("the file has become shorter");
        }
        reserved = 0;
        at += read;
        given.counted().add(read);
        ctx.write(new DefaultHttpContent(chunk));
      }
    } catch (IOException e) {
      // The length is told already: a broken line is the only honest answer left.
      close();
      line.abort();
      return;
    }
    line.deadline(EdgeBounds.DOWNLOAD_STALL_MILLIS, line::abort);
    if (at < end) {
      ctx.flush();
      return;
    }
    close();
    replies.finished(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
  }

  /// Bytes of the next piece; 0 when its time has not come: then it goes on by itself.
  private int mayGo() {
    int next = (int) Math.min(EdgeBounds.FILE_CHUNK_BYTES, end - at);
    Optional<SiteLane> lane = given.lane().get();
    if (reserved > 0 || lane.isEmpty()) {
      return reserved > 0 ? reserved : next;
    }
    long now = line.nowMillis();
    int piece = lane.get().piece(next, now);
    long wait = lane.get().reserve(piece, now) - now;
    if (wait <= 0) {
      return piece;
    }
    reserved = piece;
    isWaiting = true;
    ctx.executor()
        .schedule(
            () -> {
              isWaiting = false;
              pump();
            },
            wait,
            TimeUnit.MILLISECONDS);
    return 0;
  }

  void close() {
    isDone = true;
    try {
      file.close();
    } catch (IOException e) {
      // Opened for reading: nothing is lost.
    }
  }

  // If-Range: the part only if it is a part of the same file, else the whole (RFC 9110 s. 13.1.5).
  private static Optional<String> rangeOf(HttpRequest request, String tag) {
    String condition = request.headers().get(HttpHeaderNames.IF_RANGE);
    return condition == null || condition.strip().equals(tag)
        ? Optional.ofNullable(request.headers().get(HttpHeaderNames.RANGE))
        : Optional.empty();
  }

  private static String quoted(String tag) {
    return '"' + tag + '"';
  }
}
