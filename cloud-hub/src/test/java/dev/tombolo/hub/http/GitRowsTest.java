package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.Views;
import org.junit.jupiter.api.Test;

class GitRowsTest {
  private static final GitState APPLIED =
      GitState.NONE.with(new GitState.Taken("3278ce30", "first", 5, "", "1.1.0"));

  /// The device has all that is wanted; what is wanted is not what the commit says.
  @Test
  void whatWasAssignedByHandIsNotTheCommits() {
    assertThat(GitRows.of(running("1.5.0"), APPLIED).state()).isEqualTo("overridden");
    assertThat(GitRows.of(running("1.5.0"), APPLIED).commit()).isNull();
    assertThat(GitRows.of(running("1.1.0"), APPLIED).state()).isEqualTo("current");
    assertThat(GitRows.of(running("1.1.0"), APPLIED).commit()).isEqualTo("3278ce30");
  }

  private static Views.RunningView running(String version) {
    return new Views.RunningView(Scene.SLOT, true, version, true, false);
  }
}
