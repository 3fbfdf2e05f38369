package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.cli.BareRepository;
import dev.tombolo.hub.config.HubConfig.GitOps;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.gitops.GitAccess;
import dev.tombolo.hub.gitops.GitBounds;
import dev.tombolo.hub.gitops.GitFault;
import dev.tombolo.hub.gitops.GitMirror;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Before a loop of a protected fleet.
class GitSyncTest {
  private static final Name RETAIL = new Name("retail");
  private static final Name PEOPLE = new Name("people-embedding");

  @TempDir Path folder;
  private GitState state = GitState.NONE;
  private int tried;

  @Test
  void aCommitThatWaitsIsTriedOutOnce() throws Exception {
    BareRepository repository = new BareRepository(folder.resolve("shops.git"));
    repository.file("fleet.yaml", fleet("Shops")).commit("1");
    GitSource source = new GitSource(repository.url(), "main", "", GitSource.INTERVAL_MILLIS_MAX);
    HubViews views = views(() -> source);
    GitOps config = new GitOps(List.of(), List.of(folder), GitOps.BYTES_MAX, GitOps.TIMEOUT);
    // Before its beginning nothing is due by itself.
    Clock clock = Clock.fixed(Instant.ofEpochMilli(-1), ZoneOffset.UTC);
    try (GitSync sync = new GitSync(config, folder.resolve("git"), views, clock)) {
      sync.start(this::answer);

      assertThat(sync.look(RETAIL, PEOPLE)).isEmpty();
      assertThat(state.isPending()).isTrue();
      sync.look(RETAIL, PEOPLE);
      assertThat(tried).isEqualTo(1);

      repository.file("fleet.yaml", fleet("Stores")).commit("2");
      sync.look(RETAIL, PEOPLE);
      sync.look(RETAIL, PEOPLE);
      assertThat(tried).isEqualTo(2);
    }
  }

  /// Both would write into the folder that it is fetched to.
  @Test
  void aSourceIsLookedAtByOneAtATimeAlsoWhenItIsChangedMeanwhile() throws Exception {
    BareRepository repository = new BareRepository(folder.resolve("shops.git"));
    repository.file("fleet.yaml", fleet("Shops")).commit("1");
    AtomicReference<GitSource> source =
        new AtomicReference<>(
            new GitSource(repository.url(), "main", "", GitSource.INTERVAL_MILLIS_MAX));
    GitOps config = new GitOps(List.of(), List.of(folder), GitOps.BYTES_MAX, GitOps.TIMEOUT);
    Clock clock = Clock.fixed(Instant.ofEpochMilli(-1), ZoneOffset.UTC);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> others = new CopyOnWriteArrayList<>();
    try (GitSync sync = new GitSync(config, folder.resolve("git"), views(source::get), clock)) {
      sync.start(
          (who, command) -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            if (isFirst.compareAndSet(true, false)) {
              source.set(
                  new GitSource(repository.url(), "main", "", GitSource.INTERVAL_MILLIS_MAX / 2));
              Thread other = Thread.ofPlatform().start(() -> look(sync));
              others.add(other);
              while (most.get() < 2 && other.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
              }
            }
            inside.decrementAndGet();
            return new AdminAnswer.Done(List.of());
          });

      sync.look(RETAIL, PEOPLE);
      for (Thread other : others) {
        other.join();
      }
    }

    assertThat(others).hasSize(1);
    assertThat(most).hasValue(1);
  }

  private static void look(GitSync sync) {
    try {
      sync.look(RETAIL, PEOPLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HubViews views(Supplier<GitSource> source) {
    return (HubViews)
        Proxy.newProxyInstance(
            HubViews.class.getClassLoader(),
            new Class<?>[] {HubViews.class},
            (proxy, method, arguments) ->
                List.of(new Views.GitView(RETAIL, PEOPLE, source.get(), state)));
  }

  /// A rollout holds it up: that is noted once, and the commit is tried again at each look.
  @Test
  void aCommitThatARolloutHoldsUpIsNotBroken() throws Exception {
    BareRepository repository = new BareRepository(folder.resolve("shops.git"));
    repository.file("fleet.yaml", fleet("Shops")).commit("1");
    GitSource source = new GitSource(repository.url(), "main", "", GitSource.INTERVAL_MILLIS_MAX);
    HubViews views = views(() -> source);
    GitOps config = new GitOps(List.of(), List.of(folder), GitOps.BYTES_MAX, GitOps.TIMEOUT);
    Clock clock = Clock.fixed(Instant.ofEpochMilli(-1), ZoneOffset.UTC);
    List<AdminCommand.NoteGit.GitNote> notes = new ArrayList<>();
    try (GitSync sync = new GitSync(config, folder.resolve("git"), views, clock)) {
      sync.start(
          (who, command) -> {
            if (command instanceof AdminCommand.NoteGit(_, _, _, var note)) {
              notes.add(note);
              if (note instanceof AdminCommand.NoteGit.GitNote.Held held) {
                state =
                    state.with(
                        new GitState.Fault(held.commit(), held.what(), "", 0, 1, held.rollout()));
              }
              return new AdminAnswer.Done(List.of());
            }
            tried++;
            return new AdminAnswer.Refused(
                new Reason.RolloutMoves("r1", PEOPLE.text(), RETAIL.text()));
          });

      sync.look(RETAIL, PEOPLE);
      sync.look(RETAIL, PEOPLE);
    }

    assertThat(tried).isEqualTo(2);
    assertThat(notes)
        .singleElement()
        .isInstanceOfSatisfying(
            AdminCommand.NoteGit.GitNote.Held.class,
            held -> assertThat(held.rollout()).isEqualTo("r1"));
  }

  @Test
  void aClockThatWasSetBackHoldsNoLookUp() {
    assertThat(GitSync.isDue(1_000, 5_000, 4_999)).isFalse();
    assertThat(GitSync.isDue(1_000, 5_000, 5_000)).isTrue();
    assertThat(GitSync.isDue(9_000, 12_000, 2_000)).isTrue();
    assertThat(GitSync.isDue(9_000, Long.MAX_VALUE, 2_000)).isFalse();
  }

  /// The name of the newest commit was on the disk, and not all of what it names.
  @Test
  void whatAPowerCutDamagedIsFetchedAnew() throws Exception {
    BareRepository repository = new BareRepository(folder.resolve("shops.git"));
    repository.file("fleet.yaml", fleet("Shops")).commit("1");
    GitSource source = new GitSource(repository.url(), "main", "", GitSource.INTERVAL_MILLIS_MAX);
    GitMirror mirror =
        new GitMirror(
            source, folder.resolve("mirror"), new GitBounds(GitOps.BYTES_MAX, GitOps.TIMEOUT));
    mirror.fetch(GitAccess.OPEN);
    GitMirror.delete(folder.resolve("mirror").resolve("objects"));

    assertThatThrownBy(() -> mirror.read(mirror.fetch(GitAccess.OPEN)))
        .isInstanceOf(GitFault.class);

    assertThat(mirror.read(mirror.fetch(GitAccess.OPEN)).files()).containsKey("fleet.yaml");
  }

  private AdminAnswer answer(Principal who, AdminCommand command) {
    if (command instanceof AdminCommand.NoteGit note
        && note.note() instanceof AdminCommand.NoteGit.GitNote.Waits waits) {
      state = state.with(new GitState.Fetched(waits.commit(), waits.about(), 1));
    } else if (command instanceof AdminCommand.Apply apply) {
      if (!apply.dryRun()) {
        return new AdminAnswer.Refused(new Reason.ProtectedFleet(RETAIL.text()));
      }
      tried++;
    }
    return new AdminAnswer.Done(List.of());
  }

  private static String fleet(String name) {
    return """
        apiVersion: tombolo.io/v1alpha1
        kind: Fleet
        metadata: {name: retail, displayName: NAME}
        """
        .replace("NAME", name);
  }
}
