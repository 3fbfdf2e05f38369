package dev.tombolo.agent.kit;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// One kit on this device's disk: what it is (`kit.json`), the document, its sections by their
/// digests, and files of releases by theirs.
record KitFolder(Path path) {
  static final String TEMPORARY = ".tmp";

  private static final String NOTE = "kit.json";
  private static final String DOCUMENT = "document.json";
  private static final String SECTION = "section-";
  private static final int NOTE_BYTES_MAX = 4 * 1024;
  private static final int HEX = 64;

  static KitFolder of(Path kits, String id) {
    return new KitFolder(kits.resolve(id));
  }

  /// Whole kits, by id.
  static Map<String, KitFolder> in(Path kits) throws IOException {
    Map<String, KitFolder> found = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(kits)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (KitHeader.isId(name)) {
          found.put(name, new KitFolder(entry));
        }
      }
    } catch (NoSuchFileException e) {
      // No kit, then.
    }
    return found;
  }

  Path file(Digest digest) {
    return path.resolve(digest.hex());
  }

  Path section(Digest digest) {
    return path.resolve(SECTION + digest.hex());
  }

  Path note() {
    return path.resolve(NOTE);
  }

  Path document() {
    return path.resolve(DOCUMENT);
  }

  static String note(KitHeader header) {
    return JsonWriter.write(
        header,
        (json, it) -> json.text("kit", it.id()).integer("createdMillis", it.createdMillis()));
  }

  /// The news of it.
  ///
  /// @throws MalformedException when it is not what was put there
  AgentEvent.KitFound read() throws IOException, MalformedException {
    long created =
        Json.read(
            "kit.json",
            Files.readString(note()),
            NOTE_BYTES_MAX,
            it -> it.integer("createdMillis"));
    DesiredUpdate update =
        Json.read(DesiredUpdate.class, Files.readAllBytes(document()), Limits.SECTION_BYTES_MAX);
    byte[] payload = payload(update.envelope());
    List<Section> sections = new ArrayList<>();
    for (DesiredManifest.SectionRef ref : manifest(payload).sections()) {
      String text = Json.utf8("section", Files.readAllBytes(section(ref.digest())));
      Section section = new Section(ref.name(), text);
      if (!section.digest().equals(ref.digest())) {
        throw new MalformedException("section " + ref.name(), "is not what the kit brought");
      }
      sections.add(section);
    }
    return new AgentEvent.KitFound(
        path.getFileName().toString(),
        created,
        Digest.of(payload),
        new DesiredUpdate(update.envelope(), sections, update.documentCertificate()),
        files());
  }

  static byte[] payload(Envelope envelope) throws MalformedException {
    try {
      return Base64.getDecoder().decode(envelope.payload());
    } catch (IllegalArgumentException e) {
      throw new MalformedException("desired manifest", "is not base64");
    }
  }

  /// Not verified.
  static DesiredManifest manifest(byte[] payload) throws MalformedException {
    return Json.read(DesiredManifest.class, payload, Limits.MANIFEST_BYTES_MAX);
  }

  private Set<Digest> files() throws IOException {
    Set<String> names = new HashSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names.stream()
        .filter(name -> name.length() == HEX && Digest.isValid(Digest.PREFIX + name))
        .map(Digest::ofHex)
        .collect(Collectors.toSet());
  }

  /// True when every file of the other is here, too.
  boolean holdsAllOf(KitFolder other) throws IOException {
    return Files.exists(note()) && files().containsAll(other.files());
  }

  /// Whoever else removes it at the same time is no harm.
  void delete() throws IOException {
    Path going = path;
    if (!path.toString().endsWith(TEMPORARY)) {
      // First under a name that is no kit's: half of one must not be found.
      going = path.resolveSibling(path.getFileName() + ".going" + TEMPORARY);
      new KitFolder(going).delete();
      try {
        Files.move(path, going, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        return;
      }
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(going)) {
      for (Path entry : entries) {
        deleteAll(entry);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(going);
  }

  /// A file, or a folder with all that is in it.
  static void deleteAll(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          deleteAll(entry);
        }
      }
    }
    Files.deleteIfExists(path);
  }
}
