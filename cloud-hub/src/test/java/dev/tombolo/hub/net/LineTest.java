package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LineTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final EdgeCounters counters = new EdgeCounters();
  private final Line line =
      new Line(new LineSweep(channel.eventLoop(), event -> true, counters), counters);

  @BeforeEach
  void begin() {
    channel.pipeline().addLast(line);
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 20));
  }

  @Test
  void whoDoesNotReadIsNotRead() {
    channel.write(Unpooled.wrappedBuffer(new byte[1_000]));
    assertThat(channel.config().isAutoRead()).isFalse();

    channel.flush();
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void aLineThatIsHeldStaysSoWhenItTakesBytesAgain() {
    line.hold();

    channel.write(Unpooled.wrappedBuffer(new byte[1_000]));
    channel.flush();
    assertThat(channel.config().isAutoRead()).isFalse();

    line.release();
    assertThat(channel.config().isAutoRead()).isTrue();
  }
}
