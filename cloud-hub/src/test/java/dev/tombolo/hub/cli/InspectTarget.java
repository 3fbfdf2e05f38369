package dev.tombolo.hub.cli;

import com.github.luben.zstd.Zstd;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.protocol.bundle.BundleSamples;
import dev.tombolo.protocol.bundle.BundleSamples.Parts;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What `tombolo bundle inspect` makes of a file that somebody has sent. An input is the file, or
/// its parts: a table with the right digest, and what follows.
public final class InspectTarget implements FuzzTarget {
  private static final String MAGIC = "TMBBNDL1";
  private static final int JSON_BYTES_MAX = 64 << 20;

  private final Cli cli = new Cli();
  private final Path file;

  public InspectTarget() {
    try {
      file = Files.createTempDirectory("fuzz-inspect").resolve("a.bundle");
    } catch (IOException e) {
      throw new IllegalStateException("no folder to be fuzzed in", e);
    }
  }

  @Override
  public String name() {
    return "bundle-inspect";
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        BundleSamples.golden("cast.bundle"),
        BundleSamples.folder().toBytes(),
        BundleSamples.folder().toBundle(Zstd.compress(BundleSamples.folder().table())));
  }

  @Override
  public List<String> words() {
    return List.of(
        MAGIC, "config.json", "lib/run.sh", "../", "\u001b[2J", "\u202e", "a/".repeat(500));
  }

  @Override
  public int quickRuns() {
    return 40;
  }

  /// The command's own model of all commands is made anew with each run.
  @Override
  public long stackBytes() {
    return 512 * 1024;
  }

  @Override
  public String run(byte[] input) throws IOException, MalformedException {
    Parts parts = Parts.of(input);
    boolean isFile = new String(input, StandardCharsets.ISO_8859_1).startsWith(MAGIC);
    Files.write(file, isFile ? input : parts.toBundle(Zstd.compress(parts.table())));
    Cli.Said said = cli.run("bundle", "inspect", file.toString());
    Cli.Said json = cli.run("bundle", "inspect", file.toString(), "--json");
    Contract.same(said.exit(), json.exit());
    Contract.holds(
        said.out().codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n'),
        "nothing of it moves a terminal's cursor");
    if (said.exit() == Exit.OK) {
      Json.read("bundle", json.out().strip(), JSON_BYTES_MAX, fields -> fields.names().size());
      return "taken " + said.out().lines().count() / 4;
    }
    Contract.same(Exit.REFUSED, said.exit());
    return Contract.refused(said.err().strip());
  }
}
