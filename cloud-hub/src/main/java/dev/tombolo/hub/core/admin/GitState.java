package dev.tombolo.hub.core.admin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a hub has taken out of an application's repository.
///
/// @param fetched the newest commit that was seen; null before the first
/// @param applied the commit that counts; null before the first
/// @param fault why the newest commit, or the repository, is not taken; null when all is well
/// @param past commits that counted before, newest first
public record GitState(
    @Nullable Fetched fetched, @Nullable Taken applied, @Nullable Fault fault, List<Taken> past) {
  public static final GitState NONE = new GitState(null, null, null, List.of());

  /// Commits that are remembered.
  public static final int PAST_MAX = 20;

  /// @param commit 40 hex digits
  /// @param about its first line, and who wrote it
  public record Fetched(String commit, String about, long millis) {}

  /// @param by who let it in, when somebody had to
  /// @param version of the application's release since then; empty: it has none
  public record Taken(String commit, String about, long millis, String by, String version) {}

  /// @param commit empty: it could not be fetched
  /// @param file in the repository; empty: no one file
  /// @param line from 1; 0: the whole file
  /// @param waitsFor a rollout that has to end first; empty: something is wrong
  public record Fault(
      String commit, String what, String file, int line, long millis, String waitsFor) {
    public Fault(String commit, String what, String file, int line, long millis) {
      this(commit, what, file, line, millis, "");
    }

    /// Nothing is wrong with the commit.
    public boolean isWait() {
      return !waitsFor.isEmpty();
    }

    public boolean isAbout(Fault other) {
      return commit.equals(other.commit)
          && waitsFor.equals(other.waitsFor)
          && what.equals(other.what)
          && file.equals(other.file)
          && line == other.line;
    }

    /// `deploy/app.yaml line 7: ...`
    public String words() {
      return file.isEmpty() ? what : file + (line > 0 ? " line " + line : "") + ": " + what;
    }
  }

  public GitState {
    past = List.copyOf(past);
  }

  /// The newest commit is sound, and waits for somebody to let it in.
  public boolean isPending() {
    Fetched newest = fetched;
    Taken taken = applied;
    return newest != null
        && fault == null
        && (taken == null || !taken.commit().equals(newest.commit()));
  }

  public boolean isPending(String commit) {
    return isPending() && fetched != null && fetched.commit().equals(commit);
  }

  public GitState with(Fetched newest) {
    return new GitState(newest, applied, null, past);
  }

  public GitState with(Fault next) {
    return new GitState(fetched, applied, next, past);
  }

  public GitState with(Taken next) {
    List<Taken> before = new ArrayList<>(past);
    if (applied != null && !applied.commit().equals(next.commit())) {
      before.addFirst(applied);
    }
    return new GitState(
        new Fetched(next.commit(), next.about(), next.millis()),
        next,
        null,
        before.subList(0, Math.min(before.size(), PAST_MAX)));
  }
}
