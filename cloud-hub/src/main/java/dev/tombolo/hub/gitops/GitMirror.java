package dev.tombolo.hub.gitops;

import dev.tombolo.hub.core.admin.GitSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.PackInvalidException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TagOpt;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.treewalk.TreeWalk;

/// The newest commit of one branch, in a bare repository of its own. There is no working tree: what
/// a commit names by path never becomes a path here, and no hook, filter or submodule is looked at.
public final class GitMirror {
  private static final Logger LOG = System.getLogger(GitMirror.class.getName());
  private static final String TAKEN = "refs/tombolo/newest";
  private static final String LFS = "version https://git-lfs.github.com/spec/";
  private static final int ABOUT_CHARACTERS_MAX = 160;

  private final GitSource source;
  private final Path folder;
  private final GitBounds bounds;

  /// @param folder where the repository is to lie; it and one beside it are this object's alone
  public GitMirror(GitSource source, Path folder, GitBounds bounds) {
    Isolated.ensure();
    this.source = source;
    this.folder = folder;
    this.bounds = bounds;
  }

  /// The newest commit of the branch, fetched when it is not here already. What was here before
  /// stays when this fails.
  public String fetch(GitAccess access) throws GitFault {
    try {
      return fetched(new Way(access, access.login(), access.trusted()));
    } catch (IOException | UncheckedIOException e) {
      throw new GitFault("the repository cannot be kept in the hub's data folder: " + e);
    }
  }

  /// What the files of an access said when the fetch began.
  private record Way(
      GitAccess access, Optional<GitAccess.Login> login, Optional<TrustManager[]> trusted) {}

  private String fetched(Way way) throws GitFault, IOException {
    Path next = folder.resolveSibling(folder.getFileName() + ".next");
    delete(next);
    try {
      ObjectId newest = fetchUnlessHere(next, way);
      if (!has(newest)) {
        delete(folder);
        Files.move(next, folder);
      }
      return newest.name();
    } finally {
      delete(next);
    }
  }

  private ObjectId fetchUnlessHere(Path next, Way way) throws GitFault, IOException {
    try (Repository repository = create(next)) {
      ObjectId head = head(repository, way);
      return has(head) ? head : fetch(repository, next, way);
    }
  }

  private static Repository create(Path at) throws IOException {
    Files.createDirectories(at);
    FileRepository repository = new FileRepository(at.toFile());
    repository.create(true);
    StoredConfig config = repository.getConfig();
    // An allowed host may not send the hub to another one.
    config.setString("http", null, "followRedirects", "false");
    // It would ask for all of the history, of which one commit comes. Each object's hash is checked
    // all the same, and what a tree names never becomes a path here.
    config.setBoolean("transfer", null, "fsckObjects", false);
    config.setInt("gc", null, "auto", 0);
    config.setBoolean("gc", null, "autoDetach", false);
    config.save();
    return repository;
  }

  private boolean has(ObjectId commit) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Repository here = new FileRepository(folder.toFile())) {
      Ref taken = here.exactRef(TAKEN);
      return taken != null && commit.equals(taken.getObjectId());
    }
  }

  private ObjectId head(Repository repository, Way way) throws GitFault {
    String branch = Constants.R_HEADS + source.branch();
    BoundedHttp http = connections(way);
    try (Transport transport = open(repository, way, http);
        FetchConnection connection = transport.openFetch(List.of(new RefSpec(branch)), branch)) {
      Ref ref = connection.getRef(branch);
      ObjectId id = ref == null ? null : ref.getObjectId();
      if (id == null) {
        throw new GitFault("there is no branch '" + source.branch() + "' in the repository");
      }
      return id;
    } catch (NotSupportedException | TransportException | RuntimeException | LinkageError e) {
      // A server may ask for a way to log in that this hub's Java does not have.
      throw notFetched(e, way, http, http.isExceeded());
    }
  }

  private ObjectId fetch(Repository repository, Path into, Way way) throws GitFault, IOException {
    FetchWatch watch = new FetchWatch(into, bounds);
    BoundedHttp http = connections(way);
    try (Transport transport = open(repository, way, http)) {
      transport.setTagOpt(TagOpt.NO_TAGS);
      transport.setDepth(1);
      transport.setFetchThin(false);
      transport.fetch(
          watch, List.of(new RefSpec("+" + Constants.R_HEADS + source.branch() + ":" + TAKEN)));
    } catch (NotSupportedException | TransportException | RuntimeException | LinkageError e) {
      // A server may ask for a way to log in that this hub's Java does not have.
      if (watch.isTooLong()) {
        throw new GitFault(
            "fetching took longer than " + FetchWatch.wholeOf(bounds).toSeconds() + " s");
      }
      throw notFetched(e, way, http, http.isExceeded() || watch.isTooMuch());
    }
    if (FetchWatch.bytes(into) > bounds.bytesMax()) {
      throw tooMuch();
    }
    Ref taken = repository.exactRef(TAKEN);
    ObjectId id = taken == null ? null : taken.getObjectId();
    if (id == null) {
      throw new GitFault("there is no branch '" + source.branch() + "' in the repository");
    }
    return id;
  }

  private BoundedHttp connections(Way way) throws GitFault {
    try {
      return new BoundedHttp(
          URI.create(source.url()).toURL(), bounds.bytesMax(), way.trusted().orElse(null));
    } catch (MalformedURLException e) {
      throw notUrl();
    }
  }

  private GitFault notUrl() {
    return new GitFault("'" + source.url() + "' is not a repository's URL");
  }

  private Transport open(Repository repository, Way way, BoundedHttp http)
      throws GitFault, NotSupportedException, TransportException {
    try {
      Transport transport = Transport.open(repository, new URIish(source.url()));
      transport.setTimeout((int) Math.max(1, bounds.timeout().toSeconds()));
      if (transport instanceof TransportHttp remote) {
        remote.setHttpConnectionFactory(http);
        way.login()
            .ifPresent(it -> remote.setPreemptiveBasicAuthentication(it.user(), it.password()));
      }
      return transport;
    } catch (URISyntaxException e) {
      throw notUrl();
    }
  }

  private GitFault notFetched(Throwable e, Way way, BoundedHttp http, boolean isTooMuch) {
    return isTooMuch
        ? tooMuch()
        : new GitFault(new FetchFailure(source.server(), way.access(), http.heard(), e).words());
  }

  private GitFault tooMuch() {
    return new GitFault(
        "the repository is larger than "
            + bounds.bytesMax()
            + " bytes; keep models out of it, or raise gitops.maxBytes in hub.yaml");
  }

  /// The commit that was fetched last; empty when there is none here.
  public Optional<String> newest() throws GitFault {
    try {
      if (!Files.isDirectory(folder)) {
        return Optional.empty();
      }
      try (Repository here = new FileRepository(folder.toFile())) {
        Ref taken = here.exactRef(TAKEN);
        return taken == null || taken.getObjectId() == null
            ? Optional.empty()
            : Optional.of(taken.getObjectId().name());
      }
    } catch (IOException e) {
      throw new GitFault("what was fetched cannot be read: " + e);
    }
  }

  /// The YAML files of a commit that was fetched.
  public Snapshot read(String commit) throws GitFault {
    try (Repository here = new FileRepository(folder.toFile());
        ObjectReader objects = here.newObjectReader();
        RevWalk walk = new RevWalk(objects)) {
      RevCommit parsed = walk.parseCommit(ObjectId.fromString(commit));
      return new Snapshot(commit, about(parsed), files(objects, parsed));
    } catch (MissingObjectException
        | CorruptObjectException
        | PackInvalidException
        | EOFException e) {
      forget();
      throw new GitFault(
          "commit " + commit + " cannot be read: " + e.getMessage() + "; it is fetched anew");
    } catch (IOException e) {
      throw new GitFault("commit " + commit + " cannot be read: " + e.getMessage());
    }
  }

  /// What a power cut has damaged would be taken for whole for ever.
  private void forget() {
    try {
      delete(folder);
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.WARNING, folder + " is damaged and cannot be removed: " + e.getMessage());
    }
  }

  private static String about(RevCommit commit) {
    String words = commit.getShortMessage();
    if (commit.getAuthorIdent() != null) {
      words += " (" + commit.getAuthorIdent().getName() + ")";
    }
    String plain = words.replaceAll("\\p{Cntrl}", " ").strip();
    return plain.substring(0, Math.min(plain.length(), ABOUT_CHARACTERS_MAX));
  }

  private TreeMap<String, String> files(ObjectReader objects, RevCommit commit)
      throws IOException, GitFault {
    TreeMap<String, String> files = new TreeMap<>();
    long bytes = 0;
    int entries = 0;
    try (TreeWalk walk = top(objects, commit)) {
      while (walk.next()) {
        String path = (source.path().isEmpty() ? "" : source.path() + "/") + walk.getPathString();
        if (++entries > GitBounds.ENTRIES_MAX) {
          throw new GitFault(
              "there are more than "
                  + GitBounds.ENTRIES_MAX
                  + " files in the folder; name a"
                  + " smaller one as path");
        }
        if (walk.isSubtree()) {
          enter(walk, path);
        } else if (isWanted(walk, path)) {
          String text = text(objects, walk, path);
          bytes += text.length();
          if (files.size() == GitBounds.FILES_MAX || bytes > GitBounds.ALL_FILES_BYTES_MAX) {
            throw new GitFault(
                "there are more than "
                    + GitBounds.FILES_MAX
                    + " YAML files or "
                    + GitBounds.ALL_FILES_BYTES_MAX
                    + " bytes of them; name a smaller folder as path");
          }
          files.put(path, text);
        }
      }
    }
    if (files.isEmpty()) {
      throw new GitFault(
          "there is no *.yaml or *.yml in "
              + (source.path().isEmpty() ? "the repository" : source.path()));
    }
    return files;
  }

  private TreeWalk top(ObjectReader objects, RevCommit commit) throws IOException, GitFault {
    TreeWalk walk = new TreeWalk(objects);
    if (source.path().isEmpty()) {
      walk.addTree(commit.getTree());
      return walk;
    }
    try (TreeWalk found = TreeWalk.forPath(objects, source.path(), commit.getTree())) {
      if (found == null || !found.isSubtree()) {
        walk.close();
        throw new GitFault("there is no folder '" + source.path() + "' in the repository");
      }
      walk.addTree(found.getObjectId(0));
      return walk;
    }
  }

  private static void enter(TreeWalk walk, String path) throws IOException, GitFault {
    if (walk.getNameString().startsWith(".")) {
      return;
    }
    if (walk.getDepth() >= GitBounds.DEPTH_MAX) {
      throw new GitFault(path, 0, "lies too deep; " + GitBounds.DEPTH_MAX + " folders are enough");
    }
    walk.enterSubtree();
  }

  /// Hidden files are nobody's business, as with `apply -f`. What leads elsewhere is refused,
  /// whatever it is called: left out, the files behind it would be missed by nobody.
  private static boolean isWanted(TreeWalk walk, String path) throws GitFault {
    String name = walk.getNameString();
    if (name.startsWith(".")) {
      return false;
    }
    if (FileMode.SYMLINK.equals(walk.getFileMode(0))) {
      throw new GitFault(shown(path), 0, "is a symbolic link; links are not followed");
    }
    if (FileMode.GITLINK.equals(walk.getFileMode(0))) {
      throw new GitFault(shown(path), 0, "is a submodule; submodules are not followed");
    }
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static String text(ObjectReader objects, TreeWalk walk, String path)
      throws IOException, GitFault {
    String shown = shown(path);
    ObjectLoader blob = objects.open(walk.getObjectId(0), Constants.OBJ_BLOB);
    if (blob.getSize() > GitBounds.FILE_BYTES_MAX) {
      throw new GitFault(
          shown, 0, "has " + blob.getSize() + " bytes; at most " + GitBounds.FILE_BYTES_MAX);
    }
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(blob.getBytes(GitBounds.FILE_BYTES_MAX)))
              .toString();
    } catch (CharacterCodingException e) {
      throw new GitFault(shown, 0, "is not UTF-8 text");
    }
    if (text.startsWith(LFS)) {
      throw new GitFault(shown, 1, "is a Git LFS pointer; commit the file itself");
    }
    return text;
  }

  private static String shown(String path) {
    return path.replaceAll("\\p{Cntrl}", "?");
  }

  /// With all that is in it.
  public static void delete(Path at) throws IOException {
    if (!Files.exists(at)) {
      return;
    }
    try (Stream<Path> all = Files.walk(at)) {
      for (Path each : (Iterable<Path>) all.sorted((a, b) -> b.compareTo(a))::iterator) {
        Files.deleteIfExists(each);
      }
    }
  }
}
