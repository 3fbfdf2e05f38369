package dev.tombolo.agent.kit;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// What a kit was refused for when it was read: left for the agent, which tells the hub. One note,
/// the newest; how often somebody tries is nothing that has to be kept.
///
/// @param why in words, on one line
record KitRefusal(String kit, String why) {
  private static final String NOTE = "refused.json";
  private static final String FRESH = "refused.new";
  private static final int WHY_CHARS_MAX = 500;
  private static final int NOTE_BYTES_MAX = 4 * 1024;

  static KitRefusal of(String kit, String why) {
    return new KitRefusal(kit, Quoted.of(why, WHY_CHARS_MAX));
  }

  /// Takes the place of the one before.
  void leave(Path kits, Owner owner) throws IOException {
    Path fresh = kits.resolve(FRESH);
    Files.deleteIfExists(fresh);
    owner.write(
        fresh,
        JsonWriter.write(this, (json, it) -> json.text("kit", it.kit()).text("why", it.why())));
    Files.move(
        fresh,
        kits.resolve(NOTE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Owner.sync(kits);
  }

  /// @throws MalformedException when it is not what was left there
  static Optional<KitRefusal> in(Path kits) throws IOException, MalformedException {
    byte[] note;
    try (InputStream file = Files.newInputStream(kits.resolve(NOTE), LinkOption.NOFOLLOW_LINKS)) {
      note = file.readNBytes(NOTE_BYTES_MAX + 1);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    KitRefusal refusal =
        Json.read(
            NOTE,
            Json.utf8(NOTE, note),
            NOTE_BYTES_MAX,
            it -> new KitRefusal(it.text("kit"), Quoted.of(it.text("why"), NOTE_BYTES_MAX)));
    if (!KitHeader.isId(refusal.kit())) {
      throw new MalformedException(NOTE, "is of no kit");
    }
    return Optional.of(refusal);
  }

  static void delete(Path kits) throws IOException {
    Files.deleteIfExists(kits.resolve(NOTE));
  }

  /// What a run that was killed may have left.
  static void deleteHalf(Path kits) throws IOException {
    Files.deleteIfExists(kits.resolve(FRESH));
  }
}
