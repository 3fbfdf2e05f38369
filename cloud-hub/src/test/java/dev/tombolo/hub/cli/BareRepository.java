package dev.tombolo.hub.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;

/// A bare Git repository that a test writes commits into.
public final class BareRepository {
  private final Path folder;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final TreeMap<String, FileMode> modes = new TreeMap<>();
  private int commits;

  public BareRepository(Path folder) throws IOException {
    this.folder = folder;
    try (Repository repository = new FileRepository(folder.toFile())) {
      repository.create(true);
    }
  }

  public String url() {
    return "file://" + folder;
  }

  public BareRepository file(String path, String text) {
    files.put(path, text.getBytes(StandardCharsets.UTF_8));
    modes.put(path, FileMode.REGULAR_FILE);
    return this;
  }

  public BareRepository link(String path, String to) {
    files.put(path, to.getBytes(StandardCharsets.UTF_8));
    modes.put(path, FileMode.SYMLINK);
    return this;
  }

  /// Another repository's commit stands there.
  public BareRepository submodule(String path) {
    files.put(path, new byte[0]);
    modes.put(path, FileMode.GITLINK);
    return this;
  }

  public BareRepository without(String path) {
    files.remove(path);
    modes.remove(path);
    return this;
  }

  /// On top of what is there.
  public String commit(String message) throws IOException {
    return commit(message, false);
  }

  /// A branch that begins anew, over what was there.
  public String commitAnew(String message) throws IOException {
    return commit(message, true);
  }

  /// The branch ends with a commit that it had before.
  public void takeBack(String commit) throws IOException {
    try (Repository repository = new FileRepository(folder.toFile())) {
      point(repository, ObjectId.fromString(commit));
    }
  }

  private static void point(Repository repository, ObjectId commit) throws IOException {
    RefUpdate update = repository.updateRef("refs/heads/main");
    update.setNewObjectId(commit);
    update.setForceUpdate(true);
    update.update();
  }

  private String commit(String message, boolean isFirst) throws IOException {
    commits++;
    try (Repository repository = new FileRepository(folder.toFile());
        ObjectInserter inserter = repository.newObjectInserter()) {
      DirCache tree = DirCache.newInCore();
      DirCacheBuilder builder = tree.builder();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        DirCacheEntry entry = new DirCacheEntry(file.getKey());
        entry.setFileMode(modes.get(file.getKey()));
        entry.setObjectId(
            modes.get(file.getKey()) == FileMode.GITLINK
                ? ObjectId.fromString("1".repeat(Constants.OBJECT_ID_STRING_LENGTH))
                : inserter.insert(Constants.OBJ_BLOB, file.getValue()));
        builder.add(entry);
      }
      builder.finish();
      PersonIdent alice =
          new PersonIdent(
              "Alice",
              "alice@example.com",
              Instant.ofEpochSecond(commits),
              java.time.ZoneOffset.UTC);
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(tree.writeTree(inserter));
      commit.setAuthor(alice);
      commit.setCommitter(alice);
      commit.setMessage(message);
      ObjectId before = repository.resolve("refs/heads/main");
      if (before != null && !isFirst) {
        commit.setParentId(before);
      }
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      point(repository, id);
      return id.name();
    }
  }
}
