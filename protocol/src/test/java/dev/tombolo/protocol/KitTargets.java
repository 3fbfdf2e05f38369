package dev.tombolo.protocol;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.kit.KitReader;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.kit.KitSamples;
import dev.tombolo.protocol.kit.KitSamples.Part;
import dev.tombolo.protocol.kit.KitWriter;
import java.io.ByteArrayOutputStream;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Offline kits: from any stick, and contents that a right key has sealed, so that the checks
/// behind the seal are reached.
final class KitTargets {
  private static final PrivateKey KEY = KitSamples.goldenKey();

  private KitTargets() {}

  /// @return how many records there were
  private static int readAll(KitReader<RuntimeException> reader) throws KitException {
    byte[] buffer = new byte[4096];
    int records = 0;
    for (KitRecord record = reader.next();
        record.kind() != KitRecord.Kind.END;
        record = reader.next()) {
      long left = record.bytes();
      for (int got = reader.body(buffer, buffer.length);
          got > 0;
          got = reader.body(buffer, buffer.length)) {
        left -= got;
      }
      Contract.holds(left == 0, "a body is as long as its head says");
      records++;
    }
    return records;
  }

  /// The file.
  record File() implements FuzzTarget {
    @Override
    public String name() {
      return "kit-file";
    }

    @Override
    public List<byte[]> seeds() {
      List<byte[]> seeds = new ArrayList<>();
      seeds.add(KitSamples.golden("store-117.kit"));
      KitKey key = KitKey.draw(new SecureRandom());
      List<Part> parts = List.of(Part.file(new byte[] {1, 2, 3}));
      KitLock lock = new KitLock.OfPassphrase("AAAAAAAAAAAAAAAAAAAAAA==", 100_000, "A".repeat(64));
      seeds.add(KitSamples.write(KitSamples.header(List.of(lock), parts), key, parts));
      return seeds;
    }

    @Override
    public int bytesMax() {
      return 256 * 1024;
    }

    @Override
    public String run(byte[] input) {
      try {
        KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(input));
        KitHeader header = reader.header();
        Contract.same(header, Json.read(KitHeader.class, Json.write(header), input.length * 6));
        for (KitLock lock : header.locks()) {
          if (lock instanceof KitLock.OfDevice ofDevice) {
            Optional<KitKey> key = KitKey.open(ofDevice, KEY, header.id());
            if (key.isPresent()) {
              reader.unlock(key.get());
              Contract.holds(
                  Arrays.equals(input, KitSamples.golden("store-117.kit")) || readAll(reader) < 0,
                  "no other kit opens");
              return "taken";
            }
          }
        }
        return "closed";
      } catch (KitException e) {
        return Contract.refused(e.getMessage());
      } catch (dev.tombolo.protocol.codec.MalformedException e) {
        throw new AssertionError("a header that was read reads again", e);
      }
    }
  }

  /// What is within.
  record Content() implements FuzzTarget {
    @Override
    public String name() {
      return "kit-content";
    }

    @Override
    public List<byte[]> seeds() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (Part part : KitSamples.usualParts()) {
        byte[] body = Arrays.copyOf(part.body(), Math.min(500, part.body().length));
        out.writeBytes(KitRecord.of(part.kind(), body).head());
        out.writeBytes(body);
      }
      out.writeBytes(KitRecord.end().head());
      return List.of(out.toByteArray(), KitRecord.end().head());
    }

    @Override
    public String run(byte[] input) {
      if (input.length <= KitRecord.HEAD_BYTES) {
        return "nothing";
      }
      // The writer ends a content by itself: whatever comes here stands before that.
      KitKey key = KitKey.draw(new SecureRandom());
      KitLock lock = new KitLock.OfPassphrase("AAAAAAAAAAAAAAAAAAAAAA==", 100_000, "A".repeat(64));
      KitHeader header =
          KitSamples.header(
              List.of(lock),
              List.of(Part.file(Arrays.copyOf(input, input.length - KitRecord.HEAD_BYTES))));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try {
        KitWriter<RuntimeException> writer =
            KitWriter.begin(header, key, (bytes, count) -> out.write(bytes, 0, count));
        writer.body(input, input.length);
        writer.end();
        KitReader<RuntimeException> reader = KitReader.open(KitSamples.source(out.toByteArray()));
        reader.unlock(key);
        return "taken " + Math.min(9, readAll(reader));
      } catch (KitException e) {
        return Contract.refused(e.getMessage());
      }
    }
  }
}
