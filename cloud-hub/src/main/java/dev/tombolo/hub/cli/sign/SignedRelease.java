package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.ReleaseCheck;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A release on a publisher's disk: `NAME-VERSION.release.json`, the envelope as it will travel,
/// and beside it `NAME-VERSION.files.json`, which tells where the files lie, relative to itself.
///
/// @param text of the envelope, never re-encoded
/// @param manifest as read from the payload; its signature has not been checked
public record SignedRelease(Path file, String text, Envelope envelope, ReleaseManifest manifest) {
  private static final String ENVELOPE = ".release.json";
  private static final String JSON = ".json";
  private static final String FILES = ".files.json";

  /// Signs what a `release.yaml` describes.
  ///
  /// @param out a folder, or the envelope's file, whose name ends with `.json`
  public static SignedRelease sign(Path yaml, List<KeyPair> keys, Path out, Screen screen)
      throws IOException {
    Path folder = yaml.toAbsolutePath().normalize().getParent();
    ReleaseDraft draft =
        ReleaseDraft.read(String.valueOf(yaml.getFileName()), Files.readString(yaml));
    DigestedFiles files = DigestedFiles.of(draft, folder == null ? Path.of("/") : folder, screen);
    ReleaseManifest manifest = draft.with(files.perVariant());
    List<Reason> problems = ReleaseCheck.problems(manifest);
    if (!problems.isEmpty()) {
      throw Failure.refused(
          "release-invalid",
          yaml.getFileName()
              + ": "
              + String.join("\n  ", problems.stream().map(ReasonText::say).toList()));
    }
    String payload = Json.write(manifest);
    KeyPair first = keys.getFirst();
    Envelope envelope =
        Dsse.sign(
            ReleaseManifest.PAYLOAD_TYPE,
            payload,
            first.getPrivate(),
            Ed25519Keys.keyid(first.getPublic()));
    for (KeyPair more : keys.subList(1, keys.size())) {
      envelope = Dsse.cosign(envelope, more.getPrivate(), Ed25519Keys.keyid(more.getPublic()));
    }
    Path file = target(out, manifest);
    String text = Json.write(envelope);
    Files.writeString(file, text);
    Files.writeString(filesBeside(file), FilesList.write(files.sources(), file));
    return new SignedRelease(file, text, envelope, manifest);
  }

  public static SignedRelease read(Path file) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > Limits.SECTION_BYTES_MAX) {
        throw Failure.refused(
            "release-invalid",
            file + " is larger than any release's envelope; give the NAME-VERSION.release.json");
      }
      String text = Files.readString(file);
      Envelope envelope = Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
      byte[] payload = Base64.getDecoder().decode(envelope.payload());
      ReleaseManifest manifest =
          Json.read(
              ReleaseManifest.class,
              new String(payload, StandardCharsets.UTF_8),
              Limits.RELEASE_MANIFEST_BYTES_MAX);
      return new SignedRelease(file, text, envelope, manifest);
    } catch (NoSuchFileException e) {
      throw new Failure(
          Exit.NOT_FOUND,
          "not-found",
          "there is no " + file + "; make it: tombolo release sign -f release.yaml --key FILE",
          e);
    } catch (IOException e) {
      throw new Failure(
          Exit.REFUSED, "unreadable", "cannot read " + file + ": " + e.getMessage(), e);
    } catch (MalformedException | IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          "release-invalid",
          file
              + " is not a signed release: "
              + e.getMessage()
              + ". Give the NAME-VERSION.release.json that 'tombolo release sign' made",
          e);
    }
  }

  public String name() {
    return manifest.name() + "@" + manifest.version();
  }

  /// Of the signed bytes: the release's identity.
  public Digest digest() {
    return Digest.of(Base64.getDecoder().decode(envelope.payload()));
  }

  /// Every distinct file, with one of its paths.
  public Map<Digest, Variant.File> files() {
    Map<Digest, Variant.File> files = new LinkedHashMap<>();
    for (Variant variant : manifest.variants()) {
      variant.files().forEach(file -> files.putIfAbsent(file.digest(), file));
    }
    return files;
  }

  public long bytes() {
    return files().values().stream().mapToLong(Variant.File::size).sum();
  }

  /// Where each distinct file lies.
  ///
  /// @param folder where the release's files lie under their release paths; null to go by the list
  ///   made at signing
  public Map<Digest, Path> sources(@Nullable Path folder) {
    Map<Digest, Path> listed = folder == null ? FilesList.read(filesBeside(file), file) : Map.of();
    Map<Digest, Path> sources = new LinkedHashMap<>();
    for (Variant.File wanted : files().values()) {
      Path source = folder == null ? listed.get(wanted.digest()) : folder.resolve(wanted.path());
      if (source == null || !Files.isRegularFile(source)) {
        throw new Failure(
            Exit.NOT_FOUND,
            "file-missing",
            "file '"
                + wanted.path()
                + "' of "
                + name()
                + " is not "
                + (source == null ? "in " + filesBeside(file) : "at " + source)
                + "; say --files DIR, the folder in which it lies as '"
                + wanted.path()
                + "'");
      }
      sources.put(wanted.digest(), source);
    }
    return sources;
  }

  private static Path target(Path out, ReleaseManifest manifest) throws IOException {
    String name = String.valueOf(out.getFileName());
    if (name.endsWith(JSON) && !Files.isDirectory(out)) {
      Path file = out.toAbsolutePath().normalize();
      Files.createDirectories(file.resolveSibling(""));
      return file;
    }
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw Failure.usage(
          "--out: " + out + " is a file; give a folder, or a name that ends with " + JSON);
    }
    Files.createDirectories(out);
    return out.toAbsolutePath()
        .normalize()
        .resolve(manifest.name() + "-" + manifest.version() + ENVELOPE);
  }

  private static Path filesBeside(Path envelope) {
    String name = String.valueOf(envelope.getFileName());
    String ending = name.endsWith(ENVELOPE) ? ENVELOPE : name.endsWith(JSON) ? JSON : "";
    String stem = name.substring(0, name.length() - ending.length());
    return envelope.toAbsolutePath().resolveSibling(stem + FILES);
  }
}
