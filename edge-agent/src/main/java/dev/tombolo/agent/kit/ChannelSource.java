package dev.tombolo.agent.kit;

import dev.tombolo.protocol.kit.KitReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.LongConsumer;

/// A kit's file.
///
/// @param progress is told how many bytes have been read
final class ChannelSource implements KitReader.Source<IOException> {
  private final ReadableByteChannel channel;
  private final LongConsumer progress;

  ChannelSource(ReadableByteChannel channel, LongConsumer progress) {
    this.channel = channel;
    this.progress = progress;
  }

  @Override
  public int read(byte[] into, int at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(into, at, count);
    while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
      // Goes on: a stick gives what it has at hand.
    }
    int got = count - bytes.remaining();
    progress.accept(got);
    return got;
  }
}
