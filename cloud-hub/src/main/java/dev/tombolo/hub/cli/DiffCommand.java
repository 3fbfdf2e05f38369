package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.apply.ObjectFiles;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.AppliedShown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `tombolo diff`.
@Command(
    name = "diff",
    description = {
      "What 'apply' would change: every field, before and after, and on which devices.",
      "Changes nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo diff -f shops/",
      "  tombolo diff -f fleet.yaml --json",
      "  tombolo diff -f shops/ --prune --fleet retail",
      "",
      "Exit codes: 0 no difference, 1 differences, more than 1 it could not be told."
    })
@SuppressWarnings("NullAway.Init")
final class DiffCommand extends HubOptions implements Callable<Integer> {
  private static final int NO_DIFFERENCE = 0;
  private static final int DIFFERENCES = 1;

  @Mixin private FilesOptions files;

  @Override
  public Integer call() throws IOException {
    try {
      ObjectFiles read = files.read();
      Screen screen = screen();
      AppliedShown applied;
      try (HubClient hub = hub()) {
        applied = files.send(hub, read, true, null);
      }
      screen.say(applied, () -> words(applied));
      applied.warnings().forEach(warning -> screen.hint("warning: " + warning));
      boolean isSame =
          applied.objects().stream().allMatch(object -> object.action().equals("unchanged"));
      return isSame ? NO_DIFFERENCE : DIFFERENCES;
    } catch (Failure failure) {
      // 1 says that there are differences; a refusal must not look like one.
      throw failure.exit() == Exit.REFUSED
          ? new Failure(Exit.USAGE, failure.code(), String.valueOf(failure.getMessage()), failure)
          : failure;
    } catch (YamlFault fault) {
      throw new Failure(Exit.USAGE, "input-invalid", String.valueOf(fault.getMessage()), fault);
    } catch (IOException | RuntimeException e) {
      Failure bug = Complaints.asFailure(e);
      throw new Failure(Exit.USAGE, bug.code(), String.valueOf(bug.getMessage()), e);
    }
  }

  private static String words(AppliedShown applied) {
    List<String> lines = new ArrayList<>(AppliedWords.differences(applied));
    lines.addAll(AppliedWords.reach(applied));
    lines.addAll(AppliedWords.rollouts(applied));
    return String.join("\n", lines);
  }
}
