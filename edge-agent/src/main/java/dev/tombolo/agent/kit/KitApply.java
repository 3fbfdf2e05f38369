package dev.tombolo.agent.kit;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.desired.DesiredContent;
import dev.tombolo.agent.desired.DocumentKeeper;
import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.DesiredVerifier;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitKey;
import dev.tombolo.protocol.kit.KitLock;
import dev.tombolo.protocol.kit.KitReader;
import dev.tombolo.protocol.kit.KitRecord;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Opens one kit, checks everything in it, and puts what is this device's into the data folder: all
/// of it by one rename, or nothing. The agent need not run, and may.
public final class KitApply implements AutoCloseable {
  private static final String LOCK = "kit.lock";
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final int TRIES = 5;

  /// Of a list in a refusal: a kit may be for many devices, and any number of its bundles may fail.
  private static final int LISTED_CHARS_MAX = 500;

  private static final int TROUBLES_MAX = 8;

  /// Kept free: databases and logs must go on.
  private static final long SPARE_BYTES = 4 * 1024 * 1024;

  private final AgentFolders folders;
  private final KitDevice device;
  private final KitUnpacking unpacking;
  private final FileChannel lock;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  private KitApply(
      AgentFolders folders, KitDevice device, KitUnpacking unpacking, FileChannel lock) {
    this.folders = folders;
    this.device = device;
    this.unpacking = unpacking;
    this.lock = lock;
  }

  /// Who applies it.
  ///
  /// @param keys its own, any of which may open the kit
  /// @param held the document in force
  /// @param joined the newest history of the hub known without a document
  /// @param documentCertificate PEM of the key whose documents it takes
  /// @param roots the hub's, the one trusted now first
  /// @param features of its agent
  public record KitDevice(
      DeviceId id,
      String place,
      List<PrivateKey> keys,
      Optional<HeldDocument> held,
      History joined,
      String documentCertificate,
      List<X509Certificate> roots,
      Platform platform,
      List<String> features) {
    public KitDevice {
      features = List.copyOf(features);
      keys = List.copyOf(keys);
      roots = List.copyOf(roots);
    }

    @Override
    public String toString() {
      return "KitDevice[" + id + "]";
    }
  }

  /// What the kit brought this device.
  ///
  /// @param manifest digest of the document's payload
  /// @param files contents put into the data folder, and their bytes
  /// @param bundles that made some of them, and the bytes of these on the stick
  /// @param wasHeld the device holds this very document already
  public record Placed(
      KitHeader header,
      long revision,
      Digest manifest,
      int files,
      long bytes,
      int bundles,
      long bundleBytes,
      boolean wasHeld) {}

  /// @throws IOException when another one is being applied
  public static KitApply begin(AgentFolders folders, KitDevice device, KitUnpacking unpacking)
      throws IOException {
    FileChannel lock = lock(folders);
    if (lock == null) {
      throw new IOException("another kit is being applied to " + folders.data() + "; wait for it");
    }
    try {
      removeLeft(folders);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
    return new KitApply(folders, device, unpacking, lock);
  }

  /// Removes what a run that was killed has left.
  ///
  /// @return false when one is under way, which may be killed, too
  static boolean sweep(AgentFolders folders) throws IOException {
    try (FileChannel lock = lock(folders)) {
      if (lock != null) {
        removeLeft(folders);
      }
      return lock != null;
    }
  }

  private static @Nullable FileChannel lock(AgentFolders folders) throws IOException {
    Path file = folders.data().resolve(LOCK);
    boolean isNew = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    // The folder is the agent's, and this may be root: it opens and gives away no other file.
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    if (isNew) {
      Owner.of(folders.data()).give(file);
    }
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Of this very process.
    }
    channel.close();
    return null;
  }

  private static void removeLeft(AgentFolders folders) throws IOException {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(folders.kits(), "*" + KitFolder.TEMPORARY)) {
      for (Path path : left) {
        new KitFolder(path).delete();
      }
      KitRefusal.deleteHalf(folders.kits());
    } catch (NoSuchFileException e) {
      // There is none, or the agent has just removed the empty folder.
    }
  }

  /// @param file the kit
  /// @param passphrase where it has been given
  /// @param progress is told how far the file has been read
  /// @throws KitException when the kit is damaged, or not for this device; nothing is kept
  public Placed apply(Path file, Optional<char[]> passphrase, LongConsumer progress)
      throws IOException, KitException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      KitReader<IOException> reader = KitReader.open(new ChannelSource(channel, progress));
      KitHeader header = reader.header();
      KitHeader.Slot slot = slotOf(header);
      reader.unlock(unlock(header, passphrase));
      KitFolder folder = new KitFolder(folders.kits().resolve(header.id() + KitFolder.TEMPORARY));
      try {
        makeFolder(folder);
        Taken taken = new Taken(header, slot, folder);
        taken.read(reader);
        return publish(taken);
      } catch (MalformedException e) {
        throw refused(header, new KitException("it is not what a hub makes: " + e.getMessage()));
      } catch (KitException e) {
        throw refused(header, e);
      } finally {
        folder.delete();
      }
    }
  }

  /// Its agent tells the hub, which else never hears of it: whoever stands there may only try
  /// again.
  private KitException refused(KitHeader header, KitException why) {
    try {
      KitRefusal.of(header.id(), String.valueOf(why.getMessage()))
          .leave(folders.kits(), Owner.of(folders.data()));
    } catch (IOException e) {
      why.addSuppressed(e);
    }
    return why;
  }

  private KitHeader.Slot slotOf(KitHeader header) throws KitException {
    for (KitHeader.Slot slot : header.slots()) {
      if (slot.device().equals(device.id())) {
        return slot;
      }
    }
    String whose =
        header.slots().stream()
            .map(it -> header.site() + "/" + it.slot() + " (" + it.device() + ")")
            .collect(Collectors.joining(", "));
    throw new KitException(
        "it is for "
            + Quoted.of(whose, LISTED_CHARS_MAX)
            + "; this device is "
            + device.place()
            + " ("
            + device.id()
            + "): ask for a kit with --slot "
            + device.place());
  }

  private KitKey unlock(KitHeader header, Optional<char[]> passphrase) throws KitException {
    boolean wantsPassphrase = false;
    for (KitLock lock : header.locks()) {
      switch (lock) {
        case KitLock.OfDevice it -> {
          if (it.device().equals(device.id())) {
            for (PrivateKey key : device.keys()) {
              Optional<KitKey> opened = KitKey.open(it, key, header.id());
              if (opened.isPresent()) {
                return opened.get();
              }
            }
          }
        }
        case KitLock.OfPassphrase it -> {
          wantsPassphrase = true;
          if (passphrase.isPresent()) {
            Optional<KitKey> opened = KitKey.open(it, passphrase.get(), header.id());
            if (opened.isPresent()) {
              return opened.get();
            }
          }
        }
      }
    }
    if (wantsPassphrase) {
      throw new KitException(
          passphrase.isPresent()
              ? "the passphrase is not the one it was made with"
              : "it needs the passphrase it was made with: give --passphrase-file FILE");
    }
    throw new KitException(
        "it is not sealed to this device's key; it was made before the device got it, or for the"
            + " device that had this slot before: ask for a new kit");
  }

  private void makeFolder(KitFolder folder) throws IOException {
    Owner owner = Owner.of(folders.data());
    // The agent removes the folder of all kits when it is empty.
    for (int tries = 0; !Files.isDirectory(folder.path()); tries++) {
      try {
        if (!Files.isDirectory(folders.kits())) {
          Files.createDirectory(folders.kits(), Owner.PRIVATE_FOLDER);
          owner.give(folders.kits());
        }
        Files.createDirectory(folder.path(), Owner.PRIVATE_FOLDER);
        owner.give(folder.path());
      } catch (NoSuchFileException | FileAlreadyExistsException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private Placed publish(Taken taken) throws IOException {
    KitFolder target = KitFolder.of(folders.kits(), taken.header.id());
    taken.finish();
    if (!Files.isDirectory(target.path()) || !target.holdsAllOf(taken.folder)) {
      target.delete();
      Files.move(taken.folder.path(), target.path(), StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Owner.sync(folders.kits());
    } catch (NoSuchFileException e) {
      // The agent needed nothing of it any more, and has removed it.
    }
    Owner.sync(folders.data());
    return new Placed(
        taken.header,
        taken.manifest().revision(),
        taken.digest(),
        taken.filesTaken,
        taken.bytesTaken,
        taken.bundlesApplied,
        taken.bundleBytes,
        taken.wasHeld);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }

  /// The variant that this device takes of a release.
  private record Wanted(String name, int variant, List<Variant.File> files) {
    Wanted {
      files = List.copyOf(files);
    }

    long bytes() {
      return files.stream().mapToLong(Variant.File::size).sum();
    }
  }

  /// What is this device's of the kit, while it is being read.
  private final class Taken {
    private final KitHeader header;
    private final KitHeader.Slot slot;
    private final KitFolder folder;
    private final Owner owner;
    private @Nullable DesiredManifest manifest;
    private @Nullable Digest digest;
    private @Nullable PublicKey key;
    private boolean wasHeld;
    private final Set<Digest> sectionsMissing = new HashSet<>();
    private final Map<Digest, String> releases = new HashMap<>();
    private final Map<Digest, Long> filesMissing = new HashMap<>();
    private final Map<Digest, Wanted> wanted = new HashMap<>();
    private final List<String> troubles = new ArrayList<>();
    private int bundlesApplied;
    private long bundleBytes;
    private boolean filesKnown;
    private int filesTaken;
    private long bytesTaken;

    Taken(KitHeader header, KitHeader.Slot slot, KitFolder folder) throws IOException {
      this.header = header;
      this.slot = slot;
      this.folder = folder;
      this.owner = Owner.of(folders.data());
    }

    DesiredManifest manifest() {
      return Objects.requireNonNull(manifest);
    }

    Digest digest() {
      return Objects.requireNonNull(digest);
    }

    void read(KitReader<IOException> reader) throws IOException, KitException, MalformedException {
      for (KitRecord record = reader.next();
          record.kind() != KitRecord.Kind.END;
          record = reader.next()) {
        switch (record.kind()) {
          case DOCUMENT -> document(text(reader, record));
          case SECTION -> section(reader, record);
          case BUNDLE -> {
            knowFiles();
            bundle(reader, record);
          }
          case FILE -> {
            knowFiles();
            file(reader, record);
          }
          case END -> {}
        }
      }
      knowFiles();
      if (!filesMissing.isEmpty()) {
        throw new KitException(
            "it lacks "
                + filesMissing.size()
                + " of the files of the releases it selects; "
                + (troubles.isEmpty()
                    ? "ask for a new kit"
                    : Quoted.of(String.join("; ", troubles), LISTED_CHARS_MAX)
                        + "; ask for a kit with all of it: tombolo kit create --whole"));
      }
      check();
    }

    private String text(KitReader<IOException> reader, KitRecord record)
        throws IOException, KitException, MalformedException {
      byte[] bytes = new byte[(int) record.bytes()];
      int at = 0;
      byte[] part = new byte[Math.min(BUFFER_BYTES, Math.max(1, bytes.length))];
      for (int got = reader.body(part, part.length); got > 0; ) {
        System.arraycopy(part, 0, bytes, at, got);
        at += got;
        got = reader.body(part, part.length);
      }
      return Json.utf8(record.kind().name().toLowerCase(Locale.ROOT), bytes);
    }

    private void document(String text) throws IOException, KitException, MalformedException {
      DesiredUpdate update = Json.read(DesiredUpdate.class, text, Limits.SECTION_BYTES_MAX);
      DesiredManifest said = KitFolder.manifest(KitFolder.payload(update.envelope()));
      if (!said.device().equals(device.id())) {
        return;
      }
      if (manifest != null) {
        throw new KitException("it has two documents for this device");
      }
      verify(update);
      DesiredManifest right = manifest();
      right.sections().forEach(ref -> sectionsMissing.add(ref.digest()));
      right.sections().stream()
          .filter(ref -> ref.name().startsWith(Section.RELEASE_PREFIX))
          .forEach(ref -> releases.put(ref.digest(), ref.name()));
      owner.write(
          folder.document(),
          Json.write(
              new DesiredUpdate(update.envelope(), List.of(), update.documentCertificate())));
    }

    /// As the agent does with what the line brings.
    private void verify(DesiredUpdate update) throws KitException, MalformedException {
      String certificate = update.documentCertificate();
      try {
        key =
            certificate == null
                ? DocumentCertificate.read(device.documentCertificate(), device.roots())
                : DocumentCertificate.read(certificate, device.roots().getFirst());
      } catch (MalformedException e) {
        throw new KitException(
            "its document is not from this device's hub: " + ReasonText.say(e.reason()));
      }
      DesiredVerifier.Held held =
          device
              .held()
              .map(
                  it ->
                      new DesiredVerifier.Held(it.manifest().history(), it.revision(), it.digest()))
              .orElse(null);
      switch (DesiredVerifier.verify(update.envelope(), key(), device.id(), held)) {
        case DesiredVerifier.Accepted(var right, var its) -> {
          if (right.history().epoch() < device.joined().epoch()) {
            throw new KitException(
                "it was made by the hub before it was restored; ask for a new kit");
          }
          manifest = right;
          digest = its;
        }
        case DesiredVerifier.AlreadyHeld(var its) -> {
          manifest = device.held().orElseThrow().manifest();
          digest = its;
          wasHeld = true;
        }
        case DesiredVerifier.Refused(var reason) -> throw new KitException(words(reason));
      }
    }

    /// What the agent will make of it: by the same rules, so that it is refused here.
    private void check() throws IOException, KitException, MalformedException {
      if (wasHeld) {
        return;
      }
      owner.write(folder.note(), KitFolder.note(header));
      AgentEvent.KitFound found = folder.read();
      DocumentKeeper keeper =
          new DocumentKeeper(
              device.id(),
              Set.copyOf(device.features()),
              device.joined(),
              device.held(),
              Optional.empty(),
              List.of());
      switch (keeper.arrived(found.update().envelope(), found.update().sections(), key())) {
        case DocumentKeeper.Outcome.Whole(var document, var _) ->
            DesiredContent.read(keeper, document);
        case DocumentKeeper.Outcome.Refused(var reason) -> throw new KitException(words(reason));
        case DocumentKeeper.Outcome.Collecting _ ->
            throw new KitException("it lacks sections of its document; ask for a new kit");
        case DocumentKeeper.Outcome.Repeated _ -> {}
      }
    }

    private PublicKey key() {
      return Objects.requireNonNull(key);
    }

    private String words(Reason reason) {
      if (!(reason instanceof Reason.DocumentStale) || device.held().isEmpty()) {
        return "its document is refused: " + ReasonText.say(reason);
      }
      DesiredManifest held = device.held().get().manifest();
      return "it is older than what this device holds: it has revision "
          + slot.revision()
          + " of "
          + Instant.ofEpochMilli(slot.issuedMillis())
          + ", the device holds revision "
          + held.revision()
          + " of "
          + Instant.ofEpochMilli(held.issuedMillis())
          + "; nothing was changed";
    }

    private void section(KitReader<IOException> reader, KitRecord record)
        throws IOException, KitException, MalformedException {
      if (manifest == null) {
        throw new KitException("it has no document for this device");
      }
      if (!sectionsMissing.remove(record.digest())) {
        return;
      }
      String text = text(reader, record);
      owner.write(folder.section(record.digest()), text);
      if (releases.containsKey(record.digest())) {
        releaseFiles(text);
      }
    }

    /// Those of the variant for this machine. Whether the release may run here is the agent's to
    /// judge.
    private void releaseFiles(String text) throws MalformedException {
      Envelope envelope = Json.read(Envelope.class, text, Limits.SECTION_BYTES_MAX);
      ReleaseManifest release =
          Json.read(
              ReleaseManifest.class,
              KitFolder.payload(envelope),
              Limits.RELEASE_MANIFEST_BYTES_MAX);
      if (device.platform().choose(release.variants()) instanceof Platform.Chosen(var variant)) {
        wanted.put(
            Digest.of(KitFolder.payload(envelope)),
            new Wanted(
                release.name() + " " + release.version(),
                release.variants().indexOf(variant),
                variant.files()));
        for (Variant.File file : variant.files()) {
          filesMissing.put(file.digest(), file.size());
        }
      }
    }

    /// After the last section: what is missing, and whether there is room for it.
    private void knowFiles() throws IOException, KitException {
      if (filesKnown) {
        return;
      }
      filesKnown = true;
      if (manifest == null) {
        throw new KitException("it has no document for this device");
      }
      if (!sectionsMissing.isEmpty()) {
        throw new KitException(
            "it lacks " + sectionsMissing.size() + " sections of its document; ask for a new kit");
      }
      for (Map.Entry<Digest, Long> file : Map.copyOf(filesMissing).entrySet()) {
        if (linked(file.getKey(), file.getValue())) {
          filesMissing.remove(file.getKey());
        }
      }
      long needed = neededBytes();
      long free = Files.getFileStore(folder.path()).getUsableSpace();
      if (!filesMissing.isEmpty() && free < needed) {
        throw new IOException(
            "no room on the disk of "
                + folders.data()
                + ": "
                + needed
                + " bytes are needed, "
                + free
                + " are free, "
                + (needed - free)
                + " bytes short; nothing was changed");
      }
    }

    /// At its most: beside what is still to come of others stands all that a bundle makes, and the
    /// bundle.
    private long neededBytes() throws KitException {
      try {
        long missing = missingOf(filesMissing.keySet());
        long most = missing;
        for (KitHeader.Bundle bundle : header.bundles()) {
          Wanted target = targetOf(bundle);
          if (target == null || !isBaseHeld(bundle)) {
            continue;
          }
          Set<Digest> its = new HashSet<>();
          target.files().forEach(it -> its.add(it.digest()));
          long others = missing - missingOf(its);
          long made = Math.max(missing - others, bundle.plainBytes());
          most = Math.max(most, Math.addExact(others, Math.addExact(made, bundle.bytes())));
        }
        return Math.addExact(most, SPARE_BYTES);
      } catch (ArithmeticException e) {
        throw new KitException("its files are larger than any disk");
      }
    }

    private long missingOf(Set<Digest> files) {
      long bytes = 0;
      for (Digest file : files) {
        bytes = Math.addExact(bytes, filesMissing.getOrDefault(file, 0L));
      }
      return bytes;
    }

    /// What the bundle is for, if that is this device's and something of it is missing.
    private @Nullable Wanted targetOf(KitHeader.Bundle bundle) {
      Wanted target = wanted.get(bundle.target());
      return target != null
              && target.variant() == bundle.variant()
              && target.files().stream().anyMatch(it -> filesMissing.containsKey(it.digest()))
          ? target
          : null;
    }

    private boolean isBaseHeld(KitHeader.Bundle bundle) {
      return bundle.base() == null
          || Files.isDirectory(folders.release(bundle.base()), LinkOption.NOFOLLOW_LINKS);
    }

    /// What the device has already is kept for the kit by a link, if it is still right.
    private boolean linked(Digest file, long size) throws IOException {
      Path stored = folders.file(file);
      try {
        if (!Files.isRegularFile(stored) || Files.size(stored) != size) {
          return false;
        }
        Files.createLink(folder.file(file), stored);
      } catch (IOException | UnsupportedOperationException e) {
        return false;
      }
      if (Owner.digest(folder.file(file), buffer).equals(file)) {
        return true;
      }
      Files.delete(folder.file(file));
      return false;
    }

    private void file(KitReader<IOException> reader, KitRecord record)
        throws IOException, KitException {
      Long size = filesMissing.get(record.digest());
      if (size == null) {
        return;
      }
      if (size != record.bytes()) {
        throw new KitException(
            "a file of it has " + record.bytes() + " bytes, not the " + size + " of its release");
      }
      owner.write(folder.file(record.digest()), into -> copy(reader, into));
      filesMissing.remove(record.digest());
      filesTaken++;
      bytesTaken += record.bytes();
    }

    /// What a bundle makes, if it is for this device and makes something that is missing. One that
    /// does not fit what is here is no harm while another, or whole files, bring the same.
    private void bundle(KitReader<IOException> reader, KitRecord record)
        throws IOException, KitException {
      KitHeader.Bundle bundle = named(record);
      Wanted target = targetOf(bundle);
      if (target == null) {
        return;
      }
      Path base = null;
      if (bundle.base() != null) {
        base = folders.release(bundle.base());
        if (!isBaseHeld(bundle)) {
          trouble(
              "for "
                  + target.name()
                  + " it has what changed since release "
                  + bundle.base().brief()
                  + ", which this device does not hold");
          return;
        }
      }
      Path brought = folder.path().resolve("bundle");
      Path made = folder.path().resolve("made");
      owner.write(brought, into -> copy(reader, into));
      try {
        switch (unpacking.unpack(base, brought, made, target.bytes())) {
          case KitUnpacking.Outcome.Made _ -> {
            take(target, made);
            bundlesApplied++;
            bundleBytes += record.bytes();
          }
          case KitUnpacking.Outcome.BaseDamaged _ ->
              trouble(
                  "for "
                      + target.name()
                      + " it has what changed since release "
                      + (bundle.base() == null ? "?" : bundle.base().brief())
                      + ", whose files are damaged on this device");
          case KitUnpacking.Outcome.Refused(var why) ->
              trouble("its bundle for " + target.name() + " is of no use: " + why);
        }
      } finally {
        Files.delete(brought);
        KitFolder.deleteAll(made);
      }
    }

    private void trouble(String words) {
      if (troubles.size() < TROUBLES_MAX) {
        troubles.add(words);
      }
    }

    private KitHeader.Bundle named(KitRecord record) throws KitException {
      for (KitHeader.Bundle bundle : header.bundles()) {
        if (bundle.bundle().equals(record.digest()) && bundle.bytes() == record.bytes()) {
          return bundle;
        }
      }
      throw new KitException("it has a bundle that its header does not name");
    }

    /// Files are called by the digests they were found to have.
    private void take(Wanted target, Path made) throws IOException {
      for (Variant.File file : target.files()) {
        Path fresh = made.resolve(file.digest().hex());
        if (filesMissing.containsKey(file.digest())
            && Files.isRegularFile(fresh, LinkOption.NOFOLLOW_LINKS)
            && Files.size(fresh) == file.size()) {
          Files.move(fresh, folder.file(file.digest()), StandardCopyOption.ATOMIC_MOVE);
          owner.give(folder.file(file.digest()));
          filesMissing.remove(file.digest());
          filesTaken++;
          bytesTaken += file.size();
        }
      }
    }

    private void copy(KitReader<IOException> reader, Owner.Into into)
        throws IOException, KitException {
      for (int got = reader.body(buffer, buffer.length);
          got > 0;
          got = reader.body(buffer, buffer.length)) {
        into.write(buffer, got);
      }
    }

    void finish() throws IOException {
      if (!Files.exists(folder.note())) {
        owner.write(folder.note(), KitFolder.note(header));
      }
      Owner.sync(folder.path());
    }
  }
}
