package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GitCommandsTest {
  private static final Name PEOPLE = new Name("people");
  private static final GitSource HERE = source("shops.git");
  private static final GitSource THERE = source("other.git");

  private final Scene scene = Scene.ready(new MemoryHubStore());

  @Test
  void aCommitOfWhereAnApplicationCameFromBeforeIsRefused() {
    assertThat(scene.apply(application(PEOPLE, HERE))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(commit(HERE, application(PEOPLE))).isInstanceOf(AdminAnswer.Done.class);

    // The look that fetched this began before somebody changed the source.
    assertThat(scene.apply(application(PEOPLE, THERE))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(refusal(commit(HERE, application(PEOPLE)))).isInstanceOf(Reason.Conflict.class);
    assertThat(commit(THERE, application(PEOPLE))).isInstanceOf(AdminAnswer.Done.class);

    scene.apply(application(PEOPLE));
    assertThat(refusal(commit(THERE, application(PEOPLE)))).isInstanceOf(Reason.Conflict.class);
  }

  @Test
  void anApplicationIsItsOwnRepositorysToSay() {
    Name lines = new Name("lines");
    scene.apply(application(PEOPLE, HERE), application(lines, THERE));
    assertThat(refusal(commit(HERE, application(PEOPLE), application(lines))))
        .isInstanceOf(Reason.NotAllowed.class);

    // Several applications may come out of one folder, and one that comes out of none may be there.
    scene.apply(application(lines, HERE));
    assertThat(commit(HERE, application(PEOPLE), application(lines)))
        .isInstanceOf(AdminAnswer.Done.class);
    scene.apply(application(lines));
    assertThat(commit(HERE, application(PEOPLE), application(lines)))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  private AdminAnswer commit(GitSource from, AdminObject... objects) {
    return scene.command(
        new AdminCommand.Apply(
            List.of(objects),
            Optional.empty(),
            false,
            Optional.empty(),
            Map.of(),
            false,
            Optional.of(
                new AdminCommand.Commit(Scene.FLEET, PEOPLE, from, "0".repeat(40), "", ""))));
  }

  private static Reason refusal(AdminAnswer answer) {
    assertThat(answer).isInstanceOf(AdminAnswer.Refused.class);
    return ((AdminAnswer.Refused) answer).reason();
  }

  private static AdminObject.Application application(Name name) {
    return new AdminObject.Application(
        name, Scene.FLEET, Optional.empty(), "", Map.of(), Map.of(), List.of(), Optional.empty());
  }

  private static AdminObject.Application application(Name name, GitSource source) {
    return new AdminObject.Application(
        name,
        Scene.FLEET,
        Optional.empty(),
        "",
        Map.of(),
        Map.of(),
        List.of(),
        Optional.of(source));
  }

  private static GitSource source(String repository) {
    return new GitSource("https://git.example.com/" + repository, "main", "deploy", 60_000);
  }
}
