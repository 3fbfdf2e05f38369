package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.GitDeviceRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonKind;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GitRowsTest {
  private static final GitState APPLIED =
      GitState.NONE.with(new GitState.Taken("3278ce30", "first", 5, "", "1.1.0"));

  private static final GitSource SOURCE =
      new GitSource("file:///srv/shops.git", "main", "", 60_000);

  /// The device has all that is wanted; what is wanted is not what the commit says.
  @Test
  void whatWasAssignedByHandIsNotTheCommits() {
    assertThat(GitRows.of(running("1.5.0"), APPLIED).state()).isEqualTo("overridden");
    assertThat(GitRows.of(running("1.5.0"), APPLIED).commit()).isNull();
    assertThat(GitRows.of(running("1.1.0"), APPLIED).state()).isEqualTo("current");
    assertThat(GitRows.of(running("1.1.0"), APPLIED).commit()).isEqualTo("3278ce30");
  }

  /// They differ in parameters only: the version tells nothing.
  @Test
  void whoHasNotHeardOfTheLastCommitsRunsTheOneThatCountedWhenItWasTold() {
    assertThat(row(ALIKE, "1.1.0", 12)).isEqualTo("a");
    assertThat(row(ALIKE, "1.1.0", 20)).isEqualTo("b");
    assertThat(row(ALIKE, "1.1.0", 35)).isEqualTo("c");
  }

  @Test
  void whereThatIsNotKnownItIsSaidThatItMayBeAnEarlierOne() {
    assertThat(row(ALIKE, "1.1.0", 0)).isEqualTo("<=c");
    assertThat(row(ALIKE, "1.1.0", 5)).isEqualTo("<=c");
    assertThat(row(ALIKE, "0.9.0", 0)).isEqualTo("-");
    GitState next = ALIKE.with(new GitState.Taken("d", "", 40, "", "1.2.0"));
    assertThat(row(next, "1.1.0", 0)).isEqualTo("<=c");
    assertThat(row(next, "1.2.0", 0)).isEqualTo("d");
    assertThat(row(next, "1.2.0", 35)).isEqualTo("d");
  }

  @Test
  void aCommitThatIsForgottenMayBeTheOneThatItRuns() {
    GitState many = GitState.NONE;
    for (int i = 0; i <= GitState.PAST_MAX; i++) {
      many = many.with(new GitState.Taken("c" + i, "", i, "", "1." + i));
    }
    assertThat(row(many, "1.7", 0)).isEqualTo("<=c7");
    assertThat(row(many, "1.7", 7)).isEqualTo("c7");
  }

  /// Nothing is wrong with it.
  @Test
  void aCommitThatARolloutHoldsUpWaitsAndIsNotBroken() {
    GitState held =
        APPLIED.with(new GitState.Fault("4cc1d1e5", "waits for rollout r1", "", 0, 7, "r1"));
    Views.GitView view = new Views.GitView(Scene.FLEET, new Name("people"), SOURCE, held);

    GitRow row = GitRows.of(view, new GitRepositories.Looked(8, 9));
    assertThat(row.state()).isEqualTo("waits");
    assertThat(row.fault()).isNull();
    assertThat(row.words()).isEqualTo("commit 4cc1d1e5 waits for rollout r1; 3278ce30 counts");
    Reason cause = new Reason.GitopsWaits("people", "4cc1d1e5", "waits for rollout r1", "3278ce30");
    assertThat(GitRows.causes(List.of(view))).containsExactly(cause);
    assertThat(ReasonText.say(cause))
        .isEqualTo(
            "Out of Git, people: commit 4cc1d1e5 waits for rollout r1; 3278ce30 counts until"
                + " then.");
  }

  /// A new one has to be brought about here.
  @Test
  void whateverHasNotComeOutOfGitYetIsGivenInASentenceOfItsOwn() {
    List<GitState> states =
        List.of(
            APPLIED.with(new GitState.Fetched("4cc1d1e5", "second", 6)),
            APPLIED.with(new GitState.Fault("4cc1d1e5", "waits for rollout r1", "", 0, 7, "r1")),
            APPLIED.with(new GitState.Fault("4cc1d1e5", "no such field", "app.yaml", 3, 7)),
            APPLIED.with(new GitState.Fault("", "no answer within 30 s", "", 0, 7)));
    List<Reason> given =
        GitRows.causes(
            states.stream()
                .map(it -> new Views.GitView(Scene.FLEET, new Name("people"), SOURCE, it))
                .toList());

    assertThat(given.stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(ReasonKind.OUT_OF_GIT.all());
    assertThat(given).extracting(ReasonText::say).doesNotHaveDuplicates();
    assertThat(given)
        .allMatch(it -> Rows.codeOf(it).startsWith("gitops-"))
        .allMatch(it -> ReasonText.say(it).startsWith("Out of Git, people: "));
    for (GitState nothingToSay : List.of(APPLIED, GitState.NONE)) {
      Views.GitView view = new Views.GitView(Scene.FLEET, new Name("people"), SOURCE, nothingToSay);
      assertThat(GitRows.causes(List.of(view))).isEmpty();
    }
  }

  private static final GitState ALIKE =
      GitState.NONE
          .with(new GitState.Taken("a", "", 10, "", "1.1.0"))
          .with(new GitState.Taken("b", "", 20, "", "1.1.0"))
          .with(new GitState.Taken("c", "", 30, "", "1.1.0"));

  private static String row(GitState state, String version, long toldMillis) {
    GitDeviceRow row =
        GitRows.of(
            new Views.RunningView(Scene.SLOT, false, version, false, false, toldMillis), state);
    String commit = row.commit();
    return commit == null ? "-" : (row.exact() ? "" : "<=") + commit;
  }

  private static Views.RunningView running(String version) {
    return new Views.RunningView(Scene.SLOT, true, version, true, false, 9);
  }
}
