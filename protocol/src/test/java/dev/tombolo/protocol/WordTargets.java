package dev.tombolo.protocol;

import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.release.Parameters;
import dev.tombolo.protocol.release.PathCheck;
import dev.tombolo.protocol.release.Variant;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Short texts: topics, ids, paths, parameters.
final class WordTargets {
  private WordTargets() {}

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  private static List<byte[]> all(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }

  record Ids() implements FuzzTarget {
    @Override
    public String name() {
      return "ids-and-topics";
    }

    @Override
    public List<byte[]> seeds() {
      String device = GoldenFiles.DEVICE.text();
      return all(
          "tombolo/v1/" + device + "/report",
          "tombolo/v1/" + device + "/desired",
          "tombolo/v1/hub",
          device,
          "store-117/counter-1",
          "people-embedding@1.5.0",
          GoldenFiles.RELEASE_DIGEST.text());
    }

    @Override
    public List<String> words() {
      return List.of("+", "#", "$share/", "/", "tombolo/v1/", "presence", "@", "sha256:", "\u0000");
    }

    @Override
    public int bytesMax() {
      return 8 * 1024;
    }

    @Override
    public String run(byte[] input) {
      String text = text(input);
      Optional<Topics.Parsed> topic = Topics.parse(text);
      topic.ifPresent(parsed -> Contract.same(text, parsed.topic().of(parsed.device())));
      return topic.map(parsed -> "topic " + parsed.topic()).orElse("")
          + made(text, Name::new)
          + made(text, DeviceId::new)
          + made(text, Digest::new)
          + made(text, SlotRef::parse)
          + made(text, ReleaseRef::parse);
    }

    private static String made(String text, Function<String, Object> reader) {
      try {
        Object read = reader.apply(text);
        Contract.same(text, read.toString());
        return " " + read.getClass().getSimpleName();
      } catch (IllegalArgumentException e) {
        // Whoever reads what others wrote asks isValid before, or bounds what is repeated.
        return "";
      }
    }
  }

  record Paths() implements FuzzTarget {
    @Override
    public String name() {
      return "paths";
    }

    @Override
    public List<byte[]> seeds() {
      return all("bin/run\nmodel/weights.bin", "a\nB/c\nd e/f", "stra\u00dfe/x\nSTRASSE/y");
    }

    @Override
    public List<String> words() {
      return List.of(
          "..",
          "/",
          "//",
          "./",
          "\\",
          "\u0000",
          "\u202e",
          "\u212a",
          "\u0131",
          "\u0130",
          "\u00e9",
          "e\u0301",
          "\udb40\udc41",
          "\uff0f",
          "\u2025",
          "CON",
          "\u0085");
    }

    @Override
    public int bytesMax() {
      return 8 * 1024;
    }

    @Override
    public String run(byte[] input) {
      List<String> paths = text(input).lines().toList();
      var reason = PathCheck.problem(paths);
      if (reason != null) {
        return SignedTargets.refused(reason);
      }
      Path folder = Path.of("/r");
      for (String path : paths) {
        Path inside = folder.resolve(path);
        Contract.same(inside, inside.normalize());
        Contract.holds(inside.startsWith(folder) && !inside.equals(folder), "stays in its folder");
        Contract.holds(
            path.codePoints()
                .noneMatch(
                    c -> Character.getType(c) == Character.FORMAT || Character.isISOControl(c)),
            "no part of a path is invisible");
      }
      return "taken " + Math.min(3, paths.size());
    }
  }

  record Values() implements FuzzTarget {
    private static final List<Variant.Parameter> DECLARED =
        List.of(
            new Variant.Parameter("port", Variant.Parameter.Type.INTEGER, "9000", 1L, 65_535L),
            new Variant.Parameter("on", Variant.Parameter.Type.BOOLEAN, null, null, null),
            new Variant.Parameter("text", Variant.Parameter.Type.TEXT, "x", 1L, 5L));

    @Override
    public String name() {
      return "parameters";
    }

    @Override
    public List<byte[]> seeds() {
      return all("9000\ntrue\nabc", "1\nfalse\n\u00e9");
    }

    @Override
    public int bytesMax() {
      return 8 * 1024;
    }

    @Override
    public String run(byte[] input) {
      String[] values = text(input).split("\n", 4);
      Map<String, String> given =
          values.length < 4
              ? Map.of("on", values[0])
              : Map.of("port", values[0], "on", values[1], "text", values[2], values[3] + "x", "1");
      if (values.length == 3) {
        given = Map.of("port", values[0], "on", values[1], "text", values[2]);
      }
      return switch (Parameters.fill(DECLARED, given)) {
        case Parameters.Filled(var filled) -> {
          Contract.same(DECLARED.size(), filled.size());
          long port = Long.parseLong(filled.getOrDefault("port", ""));
          Contract.holds(port >= 1 && port <= 65_535, "within its bounds");
          yield "taken";
        }
        case Parameters.Refused(var reasons) -> SignedTargets.refused(reasons.getFirst());
      };
    }
  }
}
