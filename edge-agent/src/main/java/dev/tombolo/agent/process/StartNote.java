package dev.tombolo.agent.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;

/// Marks all processes of one start of an application, by a random word that is on the disk before
/// the program runs and in the environment of all that comes of it. So a start that the agent did
/// not live to report is found again.
final class StartNote {
  private static final String VARIABLE = "TOMBOLO_START";
  private static final int WORD_BYTES = 16;

  private final Path file;

  StartNote(Path applicationFolder) {
    file = applicationFolder.resolve("start");
  }

  /// `TOMBOLO_START=word` of the newest start; empty before the first.
  Optional<String> setting() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String word = Files.readString(file).strip();
    return word.isEmpty() ? Optional.empty() : Optional.of(VARIABLE + "=" + word);
  }

  static String variable() {
    return VARIABLE;
  }

  /// Makes and keeps the word of a new start. Where no new one can be kept (a full disk), the old
  /// one serves again: whoever bore it has been ended.
  String next(SecureRandom random) throws IOException {
    try {
      return keep(random);
    } catch (IOException e) {
      if (setting().isEmpty()) {
        throw e;
      }
      return Files.readString(file).strip();
    }
  }

  private String keep(SecureRandom random) throws IOException {
    byte[] bytes = new byte[WORD_BYTES];
    random.nextBytes(bytes);
    String word = HexFormat.of().formatHex(bytes);
    Path temporary = file.resolveSibling("start.tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(word.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
    return word;
  }
}
