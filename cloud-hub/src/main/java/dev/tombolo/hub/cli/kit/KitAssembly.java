package dev.tombolo.hub.cli.kit;

import dev.tombolo.hub.http.api.KitDocument;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.hub.http.api.KitWritten;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitFormat;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.kit.KitReader;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.kit.KitWriter;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.sign.Envelope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// One kit: its header, its key, and the parts it is put together from. Nothing of it is larger in
/// memory than a section, whatever the size of the releases.
public final class KitAssembly {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final KitHeader header;
  private final KitKey key;
  private final List<byte[]> documents;
  private final List<byte[]> sections;
  private final List<KitFile> files;
  private final Depot bundles;

  private KitAssembly(
      KitHeader header,
      KitKey key,
      List<byte[]> documents,
      List<byte[]> sections,
      List<KitFile> files,
      Depot bundles) {
    this.header = header;
    this.key = key;
    this.documents = documents;
    this.sections = sections;
    this.files = files;
    this.bundles = bundles;
  }

  /// Where contents come from.
  public interface Depot {
    InputStream open(Digest content) throws IOException;
  }

  /// With every file as it is.
  ///
  /// @param passphrase seals it instead of the devices' keys
  /// @throws IOException in words for the operator
  public static KitAssembly of(KitMade made, Optional<char[]> passphrase) throws IOException {
    return of(made, KitContents.whole(made), KitAssembly::none, passphrase);
  }

  private static InputStream none(Digest bundle) throws IOException {
    throw new IOException("no bundle was asked for, and " + bundle.brief() + " is wanted");
  }

  /// @param contents what it brings besides documents
  /// @param bundles where they come from
  public static KitAssembly of(
      KitMade made, KitContents contents, Depot bundles, Optional<char[]> passphrase)
      throws IOException {
    SecureRandom random = new SecureRandom();
    KitKey key = KitKey.draw(random);
    List<byte[]> documents = new ArrayList<>();
    List<KitHeader.Slot> slots = new ArrayList<>();
    List<KitLock> locks = new ArrayList<>();
    for (KitDocument document : made.documents()) {
      DeviceId device = new DeviceId(document.device());
      slots.add(
          new KitHeader.Slot(
              SlotRef.parse(document.slot()).slot(),
              device,
              document.revision(),
              document.issuedMillis()));
      documents.add(utf8(update(document, made.documentCertificate())));
      if (passphrase.isEmpty()) {
        for (String certificate : document.certificates()) {
          locks.add(key.lockTo(device, keyOf(document, certificate), made.kit(), random));
        }
      }
    }
    passphrase.ifPresent(
        words -> locks.add(key.lockTo(words, KitFormat.ROUNDS_USUAL, made.kit(), random)));
    List<byte[]> sections = made.sections().stream().map(KitAssembly::utf8).toList();
    long bytes = KitWriter.contentBytes(0);
    for (byte[] document : documents) {
      bytes += KitWriter.contentBytes(document.length);
    }
    for (byte[] section : sections) {
      bytes += KitWriter.contentBytes(section.length);
    }
    for (KitHeader.Bundle bundle : contents.bundles()) {
      bytes += KitWriter.contentBytes(bundle.bytes());
    }
    for (KitFile file : contents.files()) {
      bytes += KitWriter.contentBytes(file.bytes());
    }
    KitHeader header =
        new KitHeader(
            made.kit(),
            made.createdMillis(),
            new History(made.epoch(), made.history()),
            new Name(made.fleet()),
            new Name(made.site()),
            slots,
            locks,
            bytes,
            contents.bundles());
    return new KitAssembly(header, key, documents, sections, contents.files(), bundles);
  }

  private static String update(KitDocument document, String certificate) throws IOException {
    try {
      Envelope envelope = Json.read(Envelope.class, document.envelope(), Limits.SECTION_BYTES_MAX);
      return Json.write(new DesiredUpdate(envelope, List.of(), certificate));
    } catch (MalformedException e) {
      throw new IOException("the hub sent no document: " + e.getMessage(), e);
    }
  }

  private static PublicKey keyOf(KitDocument document, String certificate) throws IOException {
    PublicKey key;
    try {
      key =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(utf8(certificate)))
              .getPublicKey();
    } catch (CertificateException e) {
      throw new IOException("the hub sent no certificate: " + e.getMessage(), e);
    }
    if (!KitKey.canLockTo(key)) {
      throw new IOException(
          "the key of "
              + document.slot()
              + " is not of P-256, and nothing can be sealed to it; use --passphrase-file");
    }
    return key;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public long contentBytes() {
    return header.contentBytes();
  }

  /// Writes it under a name of its own, and gives it its place when it is whole and on the disk.
  ///
  /// @param progress is told of content bytes
  /// @throws IOException in words for the operator
  public KitWritten write(Path out, Depot depot, LongConsumer progress) throws IOException {
    Path target = out.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder);
    }
    Path temporary = target.resolveSibling("." + target.getFileName() + ".part");
    long needed = KitFormat.fileBytes(KitFormat.HEADER_BYTES_MAX, header.contentBytes());
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < needed) {
      throw new IOException(
          folder + " has no room: " + needed + " bytes are needed, " + free + " are free");
    }
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        write(channel, depot, progress);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (KitException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return shown(out, header, Files.size(target), true);
  }

  private void write(FileChannel channel, Depot depot, LongConsumer progress)
      throws IOException, KitException {
    KitWriter<IOException> writer =
        KitWriter.begin(
            header,
            key,
            (bytes, count) -> {
              ByteBuffer left = ByteBuffer.wrap(bytes, 0, count);
              while (left.hasRemaining()) {
                channel.write(left);
              }
            });
    for (byte[] document : documents) {
      writer.record(KitRecord.of(KitRecord.Kind.DOCUMENT, document));
      writer.body(document, document.length);
      progress.accept(KitWriter.contentBytes(document.length));
    }
    for (byte[] section : sections) {
      writer.record(KitRecord.of(KitRecord.Kind.SECTION, section));
      writer.body(section, section.length);
      progress.accept(KitWriter.contentBytes(section.length));
    }
    for (KitHeader.Bundle bundle : header.bundles()) {
      KitRecord record = new KitRecord(KitRecord.Kind.BUNDLE, bundle.bytes(), bundle.bundle());
      write(record, writer, bundles, progress);
    }
    for (KitFile file : files) {
      KitRecord record =
          new KitRecord(KitRecord.Kind.FILE, file.bytes(), Digest.ofHex(file.digest()));
      write(record, writer, depot, progress);
    }
    writer.end();
  }

  private static void write(
      KitRecord record, KitWriter<IOException> writer, Depot depot, LongConsumer progress)
      throws IOException {
    Digest digest = record.digest();
    writer.record(record);
    progress.accept(KitRecord.HEAD_BYTES);
    MessageDigest sha256 = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = record.bytes();
    try (InputStream in = depot.open(digest)) {
      while (left > 0) {
        int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (got < 0) {
          throw new IOException("the line to the hub broke; make the kit again");
        }
        sha256.update(buffer, 0, got);
        writer.body(buffer, got);
        progress.accept(got);
        left -= got;
      }
    }
    Digest got = Digest.ofHash(sha256.digest());
    if (!got.equals(digest)) {
      throw new IOException(
          (record.kind() == KitRecord.Kind.BUNDLE ? "bundle " : "file ")
              + digest.brief()
              + " is damaged at the hub (it has the digest "
              + got.brief()
              + "); push its release again");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// What a kit says of itself to everybody.
  ///
  /// @throws IOException when it cannot be read, or is none
  public static KitWritten inspect(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      KitReader<IOException> reader =
          KitReader.open(
              (into, at, count) -> {
                ByteBuffer bytes = ByteBuffer.wrap(into, at, count);
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                  // Goes on.
                }
                return count - bytes.remaining();
              });
      return shown(file, reader.header(), channel.size(), channel.size() == reader.fileBytes());
    } catch (KitException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static KitWritten shown(Path file, KitHeader header, long bytes, boolean isWhole) {
    boolean toPassphrase = header.locks().stream().anyMatch(KitLock.OfPassphrase.class::isInstance);
    return new KitWritten(
        file.toString(),
        header.id(),
        header.createdMillis(),
        header.history().epoch(),
        header.history().id(),
        header.fleet().text(),
        header.site().text(),
        toPassphrase ? "passphrase" : "devices",
        bytes,
        isWhole,
        header.slots().stream()
            .map(
                slot ->
                    new KitWritten.Slot(
                        header.site() + "/" + slot.slot(),
                        slot.device().text(),
                        slot.revision(),
                        slot.issuedMillis()))
            .toList(),
        header.bundles().stream()
            .map(
                it ->
                    new KitWritten.Bundle(
                        it.bundle().hex(),
                        it.bytes(),
                        it.plainBytes(),
                        it.target().text(),
                        it.variant(),
                        it.base() == null ? null : it.base().text()))
            .toList(),
        header.contentBytes() - header.bundleBytes());
  }
}
