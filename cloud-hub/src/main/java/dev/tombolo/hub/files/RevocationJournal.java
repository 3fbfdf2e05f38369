package dev.tombolo.hub.files;

import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.id.DeviceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file `revocations.log` beside the database: one line for each time a device was shut out or
/// let back in, synced before the next. It is in no backup, so that a restore does not undo what it
/// says.
public final class RevocationJournal {
  private final Path file;
  private final Map<DeviceId, Line> newest = new LinkedHashMap<>();

  /// @param millis when it was decided
  public record Line(DeviceId device, Standing standing, long millis) {}

  private RevocationJournal(Path file) {
    this.file = file;
  }

  /// Reads what is there. A last line that a crash cut off is left out.
  public static RevocationJournal open(Path file) throws IOException {
    RevocationJournal journal = new RevocationJournal(file);
    if (Files.exists(file)) {
      journal.newest.putAll(newest(read(file)));
    }
    return journal;
  }

  /// The lines of a journal, oldest first.
  ///
  /// @throws IOException naming the line that cannot be read
  public static List<Line> read(Path file) throws IOException {
    List<Line> lines = new ArrayList<>();
    String text = Files.readString(file, StandardCharsets.UTF_8);
    int number = 0;
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
      number++;
      if (!line.isEmpty()) {
        lines.add(parse(file, number, line));
      }
    }
    return lines;
  }

  /// Writes a line unless the newest one of this device says the same. Returns when it is on the
  /// disk.
  public synchronized void note(Line line) throws IOException {
    Line before = newest.get(line.device());
    if (before != null && before.standing() == line.standing()) {
      return;
    }
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      // What a crash or a full disk cut off is not part of this line.
      long end = endOfLines(channel);
      channel.truncate(end);
      ByteBuffer bytes = ByteBuffer.wrap(text(line).getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        end += channel.write(bytes, end);
      }
      channel.force(true);
    }
    newest.put(line.device(), line);
  }

  /// Takes over what another journal knows better.
  public synchronized void merge(List<Line> others) throws IOException {
    for (Line line : others) {
      if (knowsBetter(line, newest.get(line.device()))) {
        note(line);
      }
    }
  }

  /// What two journals say together: of each device one line.
  public static List<Line> joined(List<Line> one, List<Line> other) {
    Map<DeviceId, Line> joined = newest(one);
    for (Line line : newest(other).values()) {
      if (knowsBetter(line, joined.get(line.device()))) {
        joined.put(line.device(), line);
      }
    }
    return List.copyOf(joined.values());
  }

  private static Map<DeviceId, Line> newest(List<Line> lines) {
    Map<DeviceId, Line> newest = new LinkedHashMap<>();
    lines.forEach(line -> newest.put(line.device(), line));
    return newest;
  }

  /// Revoked is for ever, whatever a clock said when.
  private static boolean knowsBetter(Line line, @Nullable Line known) {
    return known == null
        || (known.standing() != Standing.REVOKED
            && (line.standing() == Standing.REVOKED || line.millis() > known.millis()));
  }

  /// Behind the last line that is whole.
  private static long endOfLines(FileChannel channel) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    for (long end = channel.size(); end > 0; end--) {
      one.clear();
      channel.read(one, end - 1);
      if (one.get(0) == '\n') {
        return end;
      }
    }
    return 0;
  }

  public Path file() {
    return file;
  }

  private static String text(Line line) {
    return line.millis()
        + " "
        + line.standing().name().toLowerCase(Locale.ROOT)
        + " "
        + line.device()
        + "\n";
  }

  private static Line parse(Path file, int number, String line) throws IOException {
    String[] words = line.split(" ");
    try {
      return new Line(
          new DeviceId(words[2]),
          Standing.valueOf(words[1].toUpperCase(Locale.ROOT)),
          Long.parseLong(words[0]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException(
          file + " line " + number + ": '" + line + "' is no line of a journal of revocations", e);
    }
  }
}
