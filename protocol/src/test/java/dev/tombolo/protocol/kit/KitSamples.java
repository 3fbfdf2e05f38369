package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Kits for tests. [#main] writes the golden one anew, for a change of the format that is meant.
public final class KitSamples {
  public static final String PASSPHRASE = "correct horse battery staple";
  public static final String ID = "kit-0123456789abcdef";
  public static final int FILE_BYTES = 150_000;
  private static final SecureRandom RANDOM = new SecureRandom();

  private KitSamples() {}

  /// A record and its body.
  public record Part(KitRecord.Kind kind, byte[] body) {
    public static Part text(KitRecord.Kind kind, String text) {
      return new Part(kind, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Part file(byte[] body) {
      return new Part(KitRecord.Kind.FILE, body);
    }
  }

  public static KeyPair deviceKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// The document of the golden files' device, its sections, and a file.
  public static List<Part> usualParts() {
    List<Part> parts = new ArrayList<>();
    parts.add(
        Part.text(
            KitRecord.Kind.DOCUMENT,
            Json.write(
                new DesiredUpdate(
                    GoldenFiles.MANIFEST_ENVELOPE,
                    List.of(),
                    GoldenFiles.resource("/trust/document.pem")))));
    for (Section section : GoldenFiles.SECTIONS) {
      parts.add(Part.text(KitRecord.Kind.SECTION, section.text()));
    }
    parts.add(Part.file(fileOf(FILE_BYTES)));
    return parts;
  }

  public static byte[] fileOf(int bytes) {
    byte[] file = new byte[bytes];
    for (int i = 0; i < file.length; i++) {
      file[i] = (byte) (i * 31 + (i >> 8));
    }
    return file;
  }

  /// @param locks made with `key`
  public static KitHeader header(List<KitLock> locks, List<Part> parts) {
    long bytes = KitWriter.contentBytes(0);
    for (Part part : parts) {
      bytes += KitWriter.contentBytes(part.body().length);
    }
    return new KitHeader(
        ID,
        1_767_225_700_000L,
        GoldenFiles.HISTORY,
        new Name("production-fleet"),
        new Name("store-117"),
        List.of(
            new KitHeader.Slot(new Name("counter-1"), GoldenFiles.DEVICE, 7, 1_767_225_600_000L)),
        locks,
        bytes);
  }

  public static byte[] write(KitHeader header, KitKey key, List<Part> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      KitWriter<RuntimeException> writer =
          KitWriter.begin(header, key, (bytes, count) -> out.write(bytes, 0, count));
      for (Part part : parts) {
        writer.record(KitRecord.of(part.kind(), part.body()));
        writer.body(part.body(), part.body().length);
      }
      writer.end();
    } catch (KitException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  /// A kit for these devices, and for the passphrase if it is not empty.
  public static byte[] kit(Map<DeviceId, KeyPair> devices, String passphrase, List<Part> parts) {
    KitKey key = KitKey.draw(RANDOM);
    List<KitLock> locks = new ArrayList<>();
    devices.forEach((device, pair) -> locks.add(key.lockTo(device, pair.getPublic(), ID, RANDOM)));
    if (!passphrase.isEmpty()) {
      locks.add(key.lockTo(passphrase.toCharArray(), KitFormat.ROUNDS_MIN, ID, RANDOM));
    }
    return write(header(locks, parts), key, parts);
  }

  public static KitReader.Source<RuntimeException> source(byte[] bytes) {
    int[] position = {0};
    return (into, at, count) -> {
      int part = Math.min(count, bytes.length - position[0]);
      System.arraycopy(bytes, position[0], into, at, part);
      position[0] += part;
      return part;
    };
  }

  public static byte[] golden(String name) {
    try (var in = KitSamples.class.getResourceAsStream("/golden/kit/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no golden kit/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// The key of the golden kit's device.
  public static PrivateKey goldenKey() {
    String pem = new String(golden("device-key.pem"), StandardCharsets.US_ASCII);
    byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /// @param args the folder of the golden files
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]).resolve("kit"));
    KeyPair key = deviceKey();
    Files.writeString(
        folder.resolve("device-key.pem"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
    Map<DeviceId, KeyPair> devices = new LinkedHashMap<>();
    devices.put(GoldenFiles.DEVICE, key);
    Files.write(folder.resolve("store-117.kit"), kit(devices, PASSPHRASE, usualParts()));
  }
}
