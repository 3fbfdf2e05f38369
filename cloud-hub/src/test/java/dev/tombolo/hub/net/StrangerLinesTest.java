package dev.tombolo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StrangerLinesTest {
  private final StrangerLines lines = new StrangerLines(4, 2);
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  @Test
  void theOldestGoesWhereThereIsNoRoom() {
    for (int i = 0; i < 5; i++) {
      come("10.0.0." + i);
    }

    assertThat(channels)
        .extracting(EmbeddedChannel::isOpen)
        .containsExactly(false, true, true, true, true);
    assertThat(lines.size()).isEqualTo(4);
  }

  @Test
  void oneAddressDoesNotPushTheOthersOut() {
    come("10.0.0.1");
    for (int i = 0; i < 10; i++) {
      come("10.0.0.2");
    }

    assertThat(channels.getFirst().isOpen()).isTrue();
    assertThat(lines.size()).isEqualTo(3);
    assertThat(channels.getLast().isOpen()).isTrue();
  }

  private void come(String host) {
    EmbeddedChannel channel = new EmbeddedChannel();
    EdgeCounters counters = new EdgeCounters();
    Line line = new Line(new LineSweep(channel.eventLoop(), event -> true, counters), counters);
    channel.pipeline().addLast(line);
    line.onEnd(() -> lines.remove(line));
    channels.add(channel);
    lines.add(line, host);
  }
}
