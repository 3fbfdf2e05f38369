package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.sign.Ed25519Keys;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;

/// A publisher's Ed25519 key as a file: PKCS#8 PEM (RFC 8410), as `openssl genpkey -algorithm
/// ed25519` makes it too, readable by its owner alone.
public final class PublisherKeyFile {
  private PublisherKeyFile() {}

  public static KeyPair read(Path file) {
    try {
      return Ed25519Keys.readPrivatePem(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw Failure.refused(
          "key-missing",
          "there is no key at " + file + "; make one: tombolo keys new --out publisher");
    } catch (IOException e) {
      throw new Failure(
          Exit.REFUSED, "key-unreadable", "cannot read the key " + file + ": " + e.getMessage(), e);
    } catch (MalformedException e) {
      throw new Failure(
          Exit.REFUSED,
          "key-invalid",
          file
              + " is not a publisher's key ("
              + e.getMessage()
              + "); 'tombolo keys new' writes Ed25519 keys as PKCS#8 PEM",
          e);
    }
  }

  /// Writes a new file with mode 0600; never over an old one.
  public static void write(Path file, KeyPair key) {
    create(file, Ed25519Keys.privatePem(key.getPrivate()), "rw-------");
  }

  /// Writes a new file; never over an old one.
  public static void create(Path file, String content, String mode) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
      Files.writeString(file, content, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw Failure.refused(
          "file-exists", file + " exists and is not overwritten; choose another --out");
    } catch (IOException e) {
      throw new Failure(Exit.REFUSED, "file-unwritable", "cannot write " + file + ": " + e, e);
    }
  }
}
