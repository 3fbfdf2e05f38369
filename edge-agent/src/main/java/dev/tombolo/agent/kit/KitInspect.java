package dev.tombolo.agent.kit;

import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What a kit says of itself to everybody.
///
/// @param bytes of the file
/// @param bytesWanted of the file when it is whole
public record KitInspect(KitHeader header, long bytes, long bytesWanted) {
  public static KitInspect of(Path file) throws IOException, KitException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      KitReader<IOException> reader = KitReader.open(new ChannelSource(channel, bytes -> {}));
      return new KitInspect(reader.header(), channel.size(), reader.fileBytes());
    }
  }

  public boolean isWhole() {
    return bytes == bytesWanted;
  }
}
