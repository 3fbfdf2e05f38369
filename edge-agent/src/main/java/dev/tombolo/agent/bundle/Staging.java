package dev.tombolo.agent.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFolder;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The target while it is made: in a folder beside it, `.NAME.applying`, under a lock, until it is
/// whole, checked and durable. Then it takes its place by one rename.
final class Staging implements AutoCloseable {
  /// More files than these are made durable together: each by itself costs a write of the file
  /// system's journal, which is most of the time that small files take.
  private static final int ONE_BY_ONE_MAX = 64;

  private final Path out;
  private final Path folder;
  private final Path made;
  private final FileChannel lock;
  private final BundleTable table;
  private final boolean byDigest;
  private final List<TargetFile> files;
  private final boolean isTogether;

  /// As the bundle says it, for whoever goes by its paths.
  private final Optional<BundleTable.Permissions> permissions;

  private final List<TargetFolder> folders;

  private int file = -1;
  private long written;
  private MessageDigest digest = Sha256.begin();
  private @Nullable FileChannel channel;
  private @Nullable Path lastParent;

  private Staging(
      Path out, Path folder, FileChannel lock, BundleTable table, BundleApply.Layout layout) {
    this.out = out;
    this.folder = folder;
    this.lock = lock;
    this.table = table;
    byDigest = layout == BundleApply.Layout.DIGESTS;
    files = table.files();
    isTogether = files.size() > ONE_BY_ONE_MAX;
    permissions = byDigest ? Optional.empty() : table.permissions();
    folders = permissions.isPresent() ? permissions.get().folders() : List.of();
    made = folder.resolve("new");
  }

  /// @throws BundleException when an empty file that comes first has another digest
  static Staging begin(Path wanted, BundleTable table, BundleApply.Layout layout)
      throws IOException, BundleException {
    Path out = wanted.toAbsolutePath().normalize();
    Path parent = out.getParent();
    Path name = out.getFileName();
    if (parent == null || name == null) {
      throw new ApplyException("--out " + wanted + " is no name for a file");
    }
    boolean isFolder = table.targetIsFolder() || layout == BundleApply.Layout.DIGESTS;
    if (isFolder ? Files.exists(out) : Files.isDirectory(out)) {
      throw new ApplyException(out + " is there already; remove it, or say another --out PATH");
    }
    Files.createDirectories(parent);
    Path folder = parent.resolve("." + name + ".applying");
    createFolder(folder);
    if (layout == BundleApply.Layout.DIGESTS) {
      giveToOwnerOf(parent, folder);
    }
    FileChannel lock =
        FileChannel.open(
            folder.resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    // Who unpacks for an agent waits for what an agent before it began.
    if (layout == BundleApply.Layout.DIGESTS) {
      awaitTurn(lock);
    } else if (!taken(lock)) {
      lock.close();
      throw new ApplyException(
          "another process is making "
              + out
              + "; wait until it is done, or say another --out PATH");
    }
    Staging staging = new Staging(out, folder, lock, table, layout);
    try {
      Leavings.delete(staging.made);
      if (isFolder && Files.exists(out)) {
        throw new ApplyException(out + " is there by now");
      }
      if (isFolder) {
        Files.createDirectory(staging.made);
        staging.makeFolders();
      }
      if (layout == BundleApply.Layout.DIGESTS) {
        giveToOwnerOf(parent, staging.made);
      }
      staging.nextFile();
      return staging;
    } catch (IOException | BundleException e) {
      staging.close();
      throw e;
    }
  }

  Path folder() {
    return folder;
  }

  /// Writes checked bytes, over the borders of files.
  void write(byte[] bytes, int at, int length) throws IOException, BundleException {
    int done = 0;
    while (done < length) {
      int part = (int) Math.min(length - done, files.get(file).size() - written);
      writePart(bytes, at + done, part);
      done += part;
      nextFiles();
    }
  }

  /// What is written is on the disk.
  void sync() throws IOException {
    if (channel != null) {
      channel.force(false);
    }
  }

  /// Checks that everything is there.
  void finish() throws BundleException {
    if (file != files.size()) {
      throw new BundleException("it ends before its last file does");
    }
  }

  /// Puts the target where it belongs.
  void publish() throws IOException {
    if (table.targetIsFolder() || byDigest) {
      if (!isTogether || !FileSystemSync.of(made)) {
        forceAll();
      }
    }
    // What lies in a folder comes first: none may be read or changed any more after that.
    for (TargetFolder each : folders.reversed()) {
      if (!each.path().isEmpty()) {
        permit(made.resolve(each.path()), each.permissions());
      }
    }
    force(folder);
    Files.move(made, out, StandardCopyOption.ATOMIC_MOVE);
    // A folder that may not be written cannot be moved.
    if (!folders.isEmpty()) {
      permit(out, folders.getFirst().permissions());
    }
    force(out.resolveSibling("."));
  }

  /// Folders, and the files that were not made durable when they ended.
  private void forceAll() throws IOException {
    try (Stream<Path> all = Files.walk(made)) {
      for (Path at : all.toList()) {
        if ((isTogether || Files.isDirectory(at)) && Files.isReadable(at)) {
          force(at);
        }
      }
    }
  }

  private void makeFolders() throws IOException {
    for (TargetFolder each : folders) {
      Files.createDirectories(made.resolve(each.path()));
    }
  }

  private static void permit(Path folder, int permissions) throws IOException {
    Set<PosixFilePermission> wanted = Permissions.of(permissions);
    if (Files.getPosixFilePermissions(folder).equals(wanted)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder)) {
      Files.setPosixFilePermissions(folder, wanted);
      channel.force(true);
    }
  }

  /// Removes what is not needed any more, or never will be.
  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    Leavings.delete(made);
    Leavings.delete(folder.resolve("lock"));
    Files.deleteIfExists(folder);
    lock.close();
  }

  private void writePart(byte[] bytes, int at, int length) throws IOException {
    digest.update(bytes, at, length);
    if (channel != null && !isZero(bytes, at, length)) {
      int done = 0;
      while (done < length) {
        int part = Math.min(length - done, BundleApply.IO_BYTES);
        done += channel.write(ByteBuffer.wrap(bytes, at + done, part), written + done);
      }
    }
    written += length;
  }

  /// Ends files that are complete, and begins the next; empty ones are complete at once.
  private void nextFiles() throws IOException, BundleException {
    while (file < files.size() && written == files.get(file).size()) {
      endFile();
      begin(file + 1);
    }
  }

  private void nextFile() throws IOException, BundleException {
    begin(0);
    nextFiles();
  }

  private void begin(int next) throws IOException {
    file = next;
    written = 0;
    digest = Sha256.begin();
    if (next < files.size()) {
      Path path = path(files.get(next));
      if (byDigest && Files.exists(path)) {
        // The same content once more.
        return;
      }
      Path parent = path.getParent();
      if (parent != null && !parent.equals(lastParent)) {
        Files.createDirectories(parent);
        lastParent = parent;
      }
      channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  private void endFile() throws IOException, BundleException {
    TargetFile ended = files.get(file);
    if (!Digest.ofHash(digest.digest()).equals(ended.digest())) {
      throw new BundleException(
          (ended.path().isEmpty() ? "the file" : Quoted.of(ended.path()))
              + " does not have its digest");
    }
    if (channel != null) {
      lengthen(channel, ended.size());
      permit(ended);
      if (!isTogether) {
        channel.force(true);
      }
      channel.close();
      channel = null;
    }
  }

  private void permit(TargetFile ended) throws IOException {
    if (permissions.isPresent()) {
      int wanted = permissions.get().files().get(file);
      Files.setPosixFilePermissions(path(ended), Permissions.of(wanted));
    } else if (ended.executable() && !byDigest) {
      Set<PosixFilePermission> all = Files.getPosixFilePermissions(path(ended));
      all.add(PosixFilePermission.OWNER_EXECUTE);
      all.add(PosixFilePermission.GROUP_EXECUTE);
      all.add(PosixFilePermission.OTHERS_EXECUTE);
      Files.setPosixFilePermissions(path(ended), all);
    }
  }

  /// Zeros at the end were not written.
  private static void lengthen(FileChannel channel, long size) throws IOException {
    if (channel.size() < size) {
      channel.write(ByteBuffer.allocate(1), size - 1);
    }
  }

  private Path path(TargetFile of) {
    if (byDigest) {
      return made.resolve(of.digest().hex());
    }
    return table.targetIsFolder() ? made.resolve(of.path()) : made;
  }

  private static boolean isZero(byte[] bytes, int at, int length) {
    // The same as itself a byte on: the platform compares many bytes at once.
    return length >= 4096
        && bytes[at] == 0
        && Arrays.equals(bytes, at, at + length - 1, bytes, at + 1, at + length);
  }

  /// Root may unpack for an agent, which is not, and which removes what is left if root is killed:
  /// for that the folders have to be its own, and be so before anything is in them.
  private static void giveToOwnerOf(Path parent, Path made) throws IOException {
    UserPrincipal owner = Files.getOwner(parent);
    FileOwnerAttributeView view =
        Files.getFileAttributeView(made, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (!view.getOwner().equals(owner)) {
      view.setOwner(owner);
    }
  }

  /// One that is left is taken; a link is not followed, which whoever owns the place may have put
  /// there for root.
  private static void createFolder(Path folder) throws IOException {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new ApplyException(folder + " is no folder; remove it");
      }
    }
  }

  @SuppressWarnings("UnusedVariable") // held until the channel is closed
  private static void awaitTurn(FileChannel lock) throws IOException {
    FileLock held = lock.lock();
  }

  private static boolean taken(FileChannel lock) throws IOException {
    try {
      FileLock held = lock.tryLock();
      return held != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder)) {
      channel.force(true);
    }
  }
}
