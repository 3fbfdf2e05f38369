package dev.tombolo.agent.loopback;

import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A secret for each workload, made from one key on the disk, so that a workload which outlives the
/// agent still has the right one.
final class WorkloadSecrets {
  private static final int KEY_BYTES = 32;
  private static final int SECRET_BYTES = 20;
  private final byte[] key;

  private WorkloadSecrets(byte[] key) {
    this.key = key;
  }

  static WorkloadSecrets open(Path file) throws IOException {
    if (!Files.exists(file) || Files.size(file) != KEY_BYTES) {
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      write(file, key);
    }
    return new WorkloadSecrets(Files.readAllBytes(file));
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(content));
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  /// `{application}.{40 hex digits}`.
  String of(Name application) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] hash = mac.doFinal(application.text().getBytes(StandardCharsets.US_ASCII));
      return application.text() + "." + HexFormat.of().formatHex(hash, 0, SECRET_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /// Whose secret it is.
  Optional<Name> application(String secret) {
    int dot = secret.indexOf('.');
    if (dot < 0 || !Name.isValid(secret.substring(0, dot))) {
      return Optional.empty();
    }
    Name application = new Name(secret.substring(0, dot));
    boolean right =
        MessageDigest.isEqual(
            of(application).getBytes(StandardCharsets.US_ASCII),
            secret.getBytes(StandardCharsets.UTF_8));
    return right ? Optional.of(application) : Optional.empty();
  }
}
