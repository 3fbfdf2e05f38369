package dev.tombolo.agent.cli;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.release.FailedTry;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo-agent why`.
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = "Why this device, or one application on it, is as it is. Works offline.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo-agent why",
      "  tombolo-agent why people-embedding",
      "  tombolo-agent why people-embedding --json"
    })
final class WhyCommand implements Callable<Integer> {
  @Mixin private DataFolder folder = new DataFolder();

  @Parameters(arity = "0..1", paramLabel = "APPLICATION", description = "Only this one.")
  private @Nullable String application;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec command;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    DeviceStanding status = DeviceStanding.of(folder.path());
    List<StatusJson.Because> answers = new ArrayList<>();
    List<ApplicationStatus> applications =
        status.state().isPresent() ? status.state().get().applications() : List.of();
    List<String> names = new ArrayList<>();
    for (ApplicationStatus it : applications) {
      names.add(it.name().text());
      if (application == null || application.equals(it.name().text())) {
        answers.add(
            new StatusJson.Because(it.name().text(), reasons(status, it), failed(status, it)));
      }
    }
    if (application == null) {
      answers.addFirst(new StatusJson.Because("device", device(status), Optional.empty()));
    } else if (answers.isEmpty()) {
      String known = names.isEmpty() ? "none is assigned" : String.join(", ", names);
      command
          .commandLine()
          .getErr()
          .println("tombolo-agent: no application '" + application + "' here; known: " + known);
      return ExitCode.NOT_FOUND;
    }
    out.println(json ? StatusJson.write(answers) : text(answers, status));
    return ExitCode.OK;
  }

  /// With what is here of what comes, and the rollout that does not count here, as the document in
  /// force has it.
  private static List<Reason> reasons(DeviceStanding status, ApplicationStatus of) {
    List<Reason> reasons = new ArrayList<>(of.reasons());
    of.held().ifPresent(reasons::add);
    for (WorkloadsSection.Selection selection : status.stored().selections()) {
      WorkloadsSection.Overruled overruled = selection.overrules();
      if (overruled != null && selection.name().equals(of.name())) {
        reasons.add(
            new Reason.RolloutOverruled(
                overruled.rollout().text(),
                new ReleaseRef(selection.name(), overruled.version()).toString(),
                overruled.layer(),
                new ReleaseRef(selection.name(), selection.version()).toString()));
      }
    }
    return reasons;
  }

  /// What failed before, where the reasons do not tell of it anyway.
  private static Optional<FailedTry> failed(DeviceStanding status, ApplicationStatus of) {
    boolean isTold =
        of.reasons().stream()
            .anyMatch(it -> it instanceof Reason.RolledBack || it instanceof Reason.RejectedHere);
    return isTold
        ? Optional.empty()
        : status.stored().applications().stream()
            .filter(it -> it.name().equals(of.name()))
            .findFirst()
            .flatMap(AgentSnapshot.Application::failed);
  }

  private static List<Reason> device(DeviceStanding status) {
    List<Reason> reasons = new ArrayList<>();
    if (!status.running()) {
      reasons.add(new Reason.AgentStopped());
    } else if (status.saves() && !status.lineUp()) {
      reasons.add(
          status
              .lineCause()
              .orElse(new Reason.LineDown(status.stored().lineSinceWallMillis(), "connecting")));
    }
    status.stored().damage().ifPresent(reasons::add);
    // Of the certificate the hub says it when it refuses it, and the device itself.
    boolean isExpired = reasons.stream().anyMatch(Reason.CertificateExpired.class::isInstance);
    status.state().map(ReportBody.State::reasons).orElse(List.of()).stream()
        .filter(it -> !(isExpired && it instanceof Reason.CertificateExpired))
        .forEach(reasons::add);
    if (status.state().isEmpty() || status.state().get().applications().isEmpty()) {
      reasons.add(
          status.stored().hasDocument() ? new Reason.NothingAssigned() : new Reason.NothingHeard());
    }
    if (reasons.stream().allMatch(Reason.CameByKit.class::isInstance) && isAllLive(status)) {
      reasons.add(new Reason.UpToDate());
    }
    return reasons;
  }

  /// Else an application says what it waits for.
  private static boolean isAllLive(DeviceStanding status) {
    return status.state().map(ReportBody.State::applications).orElse(List.of()).stream()
        .flatMap(it -> it.reasons().stream())
        .allMatch(it -> it instanceof Reason.UpToDate || it instanceof Reason.CameByKit);
  }

  /// The line has been down since; of an agent that ended with its line up, nobody noted when.
  private static String lastTold(DeviceStanding status) {
    long since = status.stored().lineSinceWallMillis();
    return status.stored().lineUp() || since == 0 ? "" : " by " + Instant.ofEpochMilli(since);
  }

  private static String text(List<StatusJson.Because> answers, DeviceStanding status) {
    StringBuilder out = new StringBuilder();
    for (StatusJson.Because answer : answers) {
      for (Reason reason : answer.reasons()) {
        out.append(out.isEmpty() ? "" : "\n");
        out.append(answer.subject()).append(": ").append(ReasonText.say(reason));
        if (reason instanceof Reason.PermitAwaited) {
          Enrolment at = status.stored().enrolment();
          out.append("\n").append(answer.subject());
          out.append(": How far that wave is, and what it waits for, only the hub knows:");
          out.append(" tombolo why ").append(new SlotRef(at.site(), at.slot())).append('.');
        }
        if (reason instanceof Reason.UpToDate && !status.lineUp()) {
          Enrolment at = status.stored().enrolment();
          out.append("\n").append(answer.subject());
          out.append(": That is by what the hub has told").append(lastTold(status));
          out.append("; what has come since, and a rollout's wave that is not open yet,");
          out.append(" only the hub knows: tombolo why ");
          out.append(new SlotRef(at.site(), at.slot())).append('.');
        }
      }
      answer
          .failed()
          .ifPresent(
              it -> out.append('\n').append(answer.subject()).append(": ").append(it.words()));
    }
    return out.toString();
  }
}
