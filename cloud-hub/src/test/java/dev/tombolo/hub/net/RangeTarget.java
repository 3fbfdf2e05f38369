package dev.tombolo.hub.net;

import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The Range header of a download.
public record RangeTarget() implements FuzzTarget {
  private static final long[] SIZES = {0, 1, 10, 1L << 40, Long.MAX_VALUE};

  @Override
  public String name() {
    return "http-range";
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "bytes=0-",
            "bytes=0-0",
            "bytes=5-9",
            "bytes=-5",
            "bytes=1-2,3-4",
            "bytes=9-5",
            "bytes=--5",
            "items=0-1")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public int bytesMax() {
    return 4 * 1024;
  }

  @Override
  public String run(byte[] input) {
    StringBuilder said = new StringBuilder();
    for (long size : SIZES) {
      Optional<ByteRange> range =
          ByteRange.of(Optional.of(new String(input, StandardCharsets.UTF_8)), size);
      range.ifPresent(
          part -> {
            Contract.holds(part.from() >= 0 && part.length() >= 0, "no negative part");
            Contract.holds(
                part.length() <= size && part.from() <= size - part.length(), "within the file");
            Contract.holds(
                !part.isWhole() || part.from() == 0 && part.length() == size, "the whole");
            Contract.holds(part.isWhole() || part.length() > 0, "no empty part");
          });
      said.append(range.map(part -> part.isWhole() ? 'w' : 'p').orElse('-'));
    }
    return said.toString();
  }
}
