package dev.tombolo.bench.artefact;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// The pairs that are measured: a real one, and made-up ones that are the same at each run.
final class Pairs {
  private static final int TENSORS = 200;
  private static final double SIGMA = 0.02;
  private static final long SEED = 4;
  private static final String MINILM = "all-minilm fp32 to int8";

  /// How a made-up model stores its weights.
  private enum Store {
    BF16("BF16", 2),
    INT8("I8", 1),
    INT4("U8", 0.5);

    private final String dtype;
    private final double width;

    Store(String dtype, double width) {
      this.dtype = dtype;
      this.width = width;
    }
  }

  private final Path folder;
  private final int megabytes;

  Pairs(Path folder, int megabytes) {
    this.folder = folder;
    this.megabytes = megabytes;
  }

  /// One of each name; made when it is asked for, so that only one lies on the disk.
  static List<String> names() {
    return List.of(
        "bge-small 1.0 to 1.5",
        "bge-small 1.5 to 1.0",
        MINILM,
        "BF16, 10 of 200 tensors",
        "BF16, all weights",
        "BF16, one tensor more",
        "int8, all weights",
        "4-bit, all weights",
        "program folder, 3 %",
        "nothing alike");
  }

  Pair make(String name) throws IOException {
    Path old = folder.resolve("old.safetensors");
    Path fresh = folder.resolve("new.safetensors");
    switch (name) {
      case "bge-small 1.0 to 1.5" -> real(fresh, old, false);
      case "bge-small 1.5 to 1.0" -> real(fresh, old, true);
      case MINILM -> {
        PublishedModel.of("all-minilm-l6-v2").to(old);
        PublishedModel.of("all-minilm-l6-v2-q").to(fresh);
      }
      case "BF16, 10 of 200 tensors" -> models(old, fresh, Store.BF16, 20, -1);
      case "BF16, all weights" -> models(old, fresh, Store.BF16, 1, -1);
      case "BF16, one tensor more" -> models(old, fresh, Store.BF16, TENSORS + 1, 77);
      case "int8, all weights" -> models(old, fresh, Store.INT8, 1, -1);
      case "4-bit, all weights" -> models(old, fresh, Store.INT4, 1, -1);
      case "nothing alike" -> {
        model(old, Store.BF16, SEED, 0, -1, "");
        noise(fresh);
      }
      default -> {
        old = folder.resolve("old");
        fresh = folder.resolve("new");
        programs(old, fresh);
      }
    }
    return new Pair(name, old, fresh);
  }

  private static void real(Path fresh, Path old, boolean back) throws IOException {
    resource("/bge-small-en-q.onnx", back ? fresh : old);
    resource("/bge-small-en-v1.5-q.onnx", back ? old : fresh);
  }

  private static void resource(String name, Path to) throws IOException {
    try (InputStream in = Pairs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not on the class path; build the bench module again");
      }
      Files.copy(in, to);
    }
  }

  /// @param movedEach every how many-th tensor moves
  /// @param inserted before which tensor there is a new one; none when negative
  private void models(Path old, Path fresh, Store store, int movedEach, int inserted)
      throws IOException {
    model(old, store, SEED, 0, -1, "");
    model(fresh, store, SEED, movedEach, inserted, "x".repeat(300));
  }

  /// Weights are drawn anew for each file, tensor by tensor, the moves from a stream of their own.
  private void model(Path file, Store store, long seed, int movedEach, int inserted, String note)
      throws IOException {
    int count = (int) (megabytes * 1e6 / TENSORS / store.width) & ~1;
    int bytes = (int) (count * store.width);
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"note\":\"" + note + "\"}");
    List<Integer> tensors = new ArrayList<>();
    for (int tensor = 0; tensor < TENSORS; tensor++) {
      if (tensor == inserted) {
        tensors.add(TENSORS);
      }
      tensors.add(tensor);
    }
    long at = 0;
    for (int tensor : tensors) {
      header.append(",\"layers." + tensor + ".weight\":{\"dtype\":\"" + store.dtype);
      header.append(
          "\",\"shape\":[" + bytes / Math.max(1, (int) store.width) + "],\"data_offsets\":[");
      header.append(at).append(',').append(at + bytes).append("]}");
      at += bytes;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
      out.write(json);
      for (int tensor : tensors) {
        SplittableRandom weights = new SplittableRandom(seed + tensor);
        boolean moves = movedEach > 0 && tensor % movedEach == movedEach - 1;
        SplittableRandom steps = new SplittableRandom(-seed - tensor);
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
          double weight = weights.nextGaussian() * SIGMA;
          put(data, store, i, moves ? weight + steps.nextGaussian() * SIGMA * 0.01 : weight);
        }
        out.write(data.array());
      }
    }
  }

  private static void put(ByteBuffer data, Store store, int index, double weight) {
    switch (store) {
      case BF16 -> data.putShort(2 * index, (short) (bits(weight) >>> 16));
      case INT8 -> data.put(index, (byte) clamped(weight / SIGMA * 28, 127));
      case INT4 -> {
        int half = (int) clamped(weight / SIGMA * 2, 7) & 15;
        int place = index / 2;
        data.put(place, (byte) (index % 2 == 0 ? half : data.get(place) | half << 4));
      }
    }
  }

  /// Rounded to the nearest BF16, to even between two.
  private static int bits(double weight) {
    int bits = Float.floatToIntBits((float) weight);
    return bits + 0x7fff + (bits >>> 16 & 1);
  }

  private static long clamped(double value, int most) {
    return Math.max(-most - 1, Math.min(most, Math.round(value)));
  }

  /// Text, numbers, noise and repeats that have nothing to do with any model.
  private void noise(Path file) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      byte[] block = new byte[1_000_000];
      for (int i = 0; i < megabytes; i++) {
        int kind = i % 4;
        if (kind == 0) {
          random.nextBytes(block);
        } else if (kind < 3) {
          for (int at = 0; at < block.length; at++) {
            block[at] = (byte) (kind == 1 ? 'a' + random.nextInt(16) : random.nextGaussian() * 9);
          }
        }
        out.write(block);
      }
    }
  }

  /// Programs and libraries of this machine; in every fifth file a sixth of the bytes are new, in
  /// places of 200 bytes, and some are put in between.
  private void programs(Path old, Path fresh) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String root : List.of("/usr/lib", "/usr/bin")) {
      try (Stream<Path> all = Files.walk(Path.of(root))) {
        all.filter(path -> Files.isRegularFile(path) && Files.isReadable(path))
            .filter(path -> !Files.isSymbolicLink(path))
            .forEach(found::add);
      }
    }
    found.sort(null);
    SplittableRandom random = new SplittableRandom(SEED);
    // Large programs and small ones, not one package after the other.
    found.sort(Comparator.comparing(path -> path.toString().hashCode()));
    long bytes = 0;
    int number = 0;
    for (Path path : found) {
      long size = Files.size(path);
      if (size < 2_000 || size > 8_000_000) {
        continue;
      }
      String name = "d" + number % 17 + "/" + number + "-" + path.getFileName();
      byte[] content = Files.readAllBytes(path);
      Path oldFile = old.resolve(name);
      Path freshFile = fresh.resolve(name);
      Files.createDirectories(oldFile.resolveSibling("."));
      Files.createDirectories(freshFile.resolveSibling("."));
      Files.write(oldFile, content);
      if (number % 5 == 0) {
        for (int places = content.length / 6 / 200; places >= 0; places--) {
          byte[] patch = new byte[200];
          random.nextBytes(patch);
          int at = random.nextInt(content.length - patch.length);
          System.arraycopy(patch, 0, content, at, patch.length);
        }
        try (OutputStream out = Files.newOutputStream(freshFile)) {
          int at = random.nextInt(content.length);
          out.write(content, 0, at);
          out.write("a few bytes more".getBytes(StandardCharsets.UTF_8));
          out.write(content, at, content.length - at);
        }
      } else {
        Files.write(freshFile, content);
      }
      number++;
      bytes += size;
      if (bytes > megabytes * 400_000L) {
        return;
      }
    }
  }
}
