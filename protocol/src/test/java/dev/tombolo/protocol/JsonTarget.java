package dev.tombolo.protocol;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The JSON of some kinds of message. An input's first byte chooses the kind.
///
/// @param bytesMax what the readers of these kinds allow
record JsonTarget(String name, int bytesMax, List<Class<?>> kinds) implements FuzzTarget {
  private static final int SEEDS_OF_KIND = 12;

  JsonTarget {
    kinds = List.copyOf(kinds);
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int kind = 0; kind < kinds.size(); kind++) {
      Class<?> type = kinds.get(kind);
      for (Object golden : GoldenFiles.messages().values()) {
        if (type.isInstance(golden)) {
          seeds.add(input(kind, golden));
        }
      }
      // All reasons there are, so that each code is known.
      int rounds = type == Reason.class ? 10 * SEEDS_OF_KIND : SEEDS_OF_KIND;
      for (int seed = 0; seed < rounds; seed++) {
        seeds.add(input(kind, new RecordGenerator(seed).make(type)));
      }
    }
    return seeds;
  }

  private static byte[] input(int kind, Object message) {
    return ((char) kind + Json.write(message)).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String run(byte[] input) {
    if (input.length == 0) {
      return "nothing";
    }
    Class<?> kind = kinds.get((input[0] & 0xff) % kinds.size());
    byte[] json = java.util.Arrays.copyOfRange(input, 1, input.length);
    Object read;
    try {
      read = Json.read(kind, json, bytesMax);
    } catch (MalformedException e) {
      return Contract.refused(e.getMessage());
    }
    String written = Json.write(read);
    try {
      // What the reader took may be longer as we write it (\u0001 for a control character is not
      // taken, but \u007f and such are), never by more than this.
      Object again = Json.read(kind, written, 6 * bytesMax);
      Contract.same(read, again);
      Contract.same(written, Json.write(again));
    } catch (MalformedException e) {
      throw new AssertionError("what we write does not read: " + written, e);
    }
    say(read);
    return "taken " + read.getClass().getSimpleName();
  }

  /// Reasons that others give are said to people.
  private static void say(Object read) {
    if (read instanceof Reason reason) {
      Contract.holds(!ReasonText.say(reason).isBlank(), "a reason has words");
    } else if (read instanceof Refusal refusal) {
      say(refusal.reason());
    } else if (read instanceof ReportBody.State state) {
      state.reasons().forEach(JsonTarget::say);
    } else if (read instanceof ReportBody.Happened happened && happened.reason() != null) {
      say(happened.reason());
    } else if (read instanceof Report report) {
      report.rows().forEach(row -> say(row.body()));
    }
  }
}
