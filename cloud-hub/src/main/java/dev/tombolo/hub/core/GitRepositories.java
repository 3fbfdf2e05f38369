package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Optional;

/// The Git repositories of applications, for who operates the hub. Its methods may take as long as
/// a fetch; never call them on the loop.
public interface GitRepositories {
  /// For a hub that takes nothing out of Git.
  GitRepositories NONE =
      new GitRepositories() {
        @Override
        public Optional<Reason> refusal(GitSource source) {
          return Optional.of(new Reason.NotAllowed("this hub takes nothing out of Git"));
        }

        @Override
        public Optional<Reason> look(Name fleet, Name application) {
          return Optional.of(new Reason.NotAllowed("this hub takes nothing out of Git"));
        }

        @Override
        public Taken apply(Name fleet, Name application, Asked asked) {
          return Taken.refused(new Reason.NotAllowed("this hub takes nothing out of Git"));
        }

        @Override
        public Looked looked(Name fleet, Name application) {
          return new Looked(0, 0);
        }
      };

  /// Why the hub does not take anything from there.
  Optional<Reason> refusal(GitSource source);

  /// Looks for a new commit now, and takes it as it would by itself.
  ///
  /// @return why nobody could look
  Optional<Reason> look(Name fleet, Name application) throws InterruptedException;

  /// Applies the newest commit that was fetched, or tells what that would do.
  Taken apply(Name fleet, Name application, Asked asked) throws InterruptedException;

  /// When it was looked at, and when it is next.
  Looked looked(Name fleet, Name application);

  /// What came of a commit.
  ///
  /// @param objects that stand in it; none when it was not read
  record Taken(AdminAnswer answer, List<AdminObject> objects) {
    public Taken {
      objects = List.copyOf(objects);
    }

    public static Taken refused(Reason reason) {
      return new Taken(new AdminAnswer.Refused(reason), List.of());
    }
  }

  /// @param commit that must be the newest; empty: whichever is
  /// @param by who lets it in
  record Asked(String commit, String by, Optional<String> typedName, boolean dryRun) {}

  /// Hub times; 0: not yet.
  record Looked(long lastMillis, long nextMillis) {}
}
