package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.List;

/// A publisher root as a file: the DSSE envelope over a [PublisherRoot], `NAME.root.json`. Public.
public final class RootFile {
  private static final int ENVELOPE_BYTES_MAX = 2 * PublisherChain.ROOT_BYTES_MAX;

  private RootFile() {}

  public static Path beside(Path out) {
    return out.resolveSibling(out.getFileName() + ".root.json");
  }

  public static void refuseExisting(Path file) {
    if (Files.exists(file)) {
      throw Failure.refused(
          "file-exists", file + " exists and is not overwritten; choose another --out");
    }
  }

  /// Writes a new root, signed by all of its keys.
  public static void write(Path file, PublisherRoot root, List<KeyPair> keys) {
    String payload = Json.write(root);
    KeyPair first = keys.getFirst();
    Envelope envelope =
        Dsse.sign(
            PublisherRoot.PAYLOAD_TYPE,
            payload,
            first.getPrivate(),
            Ed25519Keys.keyid(first.getPublic()));
    for (KeyPair more : keys.subList(1, keys.size())) {
      envelope = Dsse.cosign(envelope, more.getPrivate(), Ed25519Keys.keyid(more.getPublic()));
    }
    PublisherKeyFile.create(file, Json.write(envelope), "rw-r--r--");
  }

  /// The text of a file that holds a root; its form has been checked.
  public static String readText(Path file) {
    String text = readAny(file);
    parse(file.toString(), text);
    return text;
  }

  /// A root as it stands in its envelope; its signatures have not been checked.
  ///
  /// @param what names it in messages
  public static PublisherRoot parse(String what, String envelopeJson) {
    try {
      Envelope envelope = Json.read(Envelope.class, envelopeJson, ENVELOPE_BYTES_MAX);
      return Json.read(PublisherRoot.class, payload(envelope), PublisherChain.ROOT_BYTES_MAX);
    } catch (MalformedException | IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          "root-invalid",
          what
              + " is not a publisher root ("
              + e.getMessage()
              + "); give the .root.json that 'tombolo keys new' made",
          e);
    }
  }

  /// The root of the file, of whatever version, if a threshold of its own keys has signed it.
  public static PublisherRoot readSelfSigned(Path file) {
    try {
      Envelope envelope = Json.read(Envelope.class, readText(file), ENVELOPE_BYTES_MAX);
      PublisherRoot root = parse(file.toString(), Json.write(envelope));
      return switch (Dsse.verify(
          envelope,
          PublisherRoot.PAYLOAD_TYPE,
          PublisherChain.ROOT_BYTES_MAX,
          root.threshold(),
          PublisherChain.keys(root))) {
        case Dsse.Verified _ -> root;
        case Dsse.Refused(var reason) ->
            throw Failure.refused("root-invalid", file + ": " + reason.detail());
      };
    } catch (MalformedException e) {
      throw new Failure(Exit.REFUSED, "root-invalid", file + ": " + e.getMessage(), e);
    }
  }

  /// A root, or a lone key shown as the only key of a root of version 0.
  public static PublisherRoot readRootOrKey(Path file) {
    String text = readAny(file);
    if (text.contains("-----BEGIN")) {
      String name = String.valueOf(file.getFileName()).replaceFirst("\\.key$", "");
      return new PublisherRoot(
          0, 1, List.of(Ed25519Keys.describe(PublisherKeyFile.read(file).getPublic(), name)));
    }
    return parse(file.toString(), text);
  }

  private static byte[] payload(Envelope envelope) {
    return Base64.getDecoder().decode(envelope.payload());
  }

  private static String readAny(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new Failure(
          Exit.NOT_FOUND,
          "not-found",
          "there is no " + file + "; make one: tombolo keys new --out publisher",
          e);
    } catch (IOException e) {
      throw new Failure(
          Exit.REFUSED, "unreadable", "cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
