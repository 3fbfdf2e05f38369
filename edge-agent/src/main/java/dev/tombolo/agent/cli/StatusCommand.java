package dev.tombolo.agent.cli;

import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tombolo-agent status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "How this device stands. Works offline, and with the agent stopped.",
    footerHeading = "%nExamples:%n",
    footer = {"  tombolo-agent status", "  tombolo-agent status --json"})
final class StatusCommand implements Callable<Integer> {
  @Mixin private DataFolder folder = new DataFolder();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec command;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    DeviceStanding standing = DeviceStanding.of(folder.path());
    if (json) {
      out.println(StatusJson.write(standing));
    } else {
      print(standing, out);
    }
    return ExitCode.OK;
  }

  private static void print(DeviceStanding status, PrintWriter out) {
    var enrolment = status.stored().enrolment();
    out.println("device    " + enrolment.device());
    out.println(
        "place     " + enrolment.site() + "/" + enrolment.slot() + " in " + enrolment.fleet());
    out.println("agent     " + (status.running() ? "running" : "not running"));
    out.println("line      " + status.line());
    out.println("to report " + status.stored().waiting() + " rows");
    status.state().ifPresent(state -> out.println("revision  " + state.revision()));
    status
        .stored()
        .damage()
        .ifPresent(damage -> out.println("database  " + ReasonText.say(damage)));
    for (Reason reason : status.state().map(ReportBody.State::reasons).orElse(List.of())) {
      out.println("why       " + ReasonText.say(reason));
    }
    List<ApplicationStatus> applications =
        status.state().isPresent() ? status.state().get().applications() : List.of();
    for (ApplicationStatus application : applications) {
      out.println();
      out.println(application.name() + "  " + JsonWriter.wordOf(application.phase()));
      out.println("  wanted  " + release(application.wanted(), application.wantedVersion()));
      out.println("  live    " + release(application.live(), application.liveVersion()));
      out.println("  since   " + Instant.ofEpochMilli(application.sinceWallMillis()));
      if (application.pid() > 0) {
        out.println("  pid     " + application.pid());
      }
      for (Reason reason : application.reasons()) {
        out.println("  why     " + ReasonText.say(reason));
      }
      application.held().ifPresent(held -> out.println("  why     " + ReasonText.say(held)));
    }
  }

  private static String release(@Nullable Object digest, @Nullable String version) {
    return digest == null ? "-" : version + "  " + digest;
  }
}
