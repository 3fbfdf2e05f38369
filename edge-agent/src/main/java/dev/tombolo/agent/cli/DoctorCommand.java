package dev.tombolo.agent.cli;

import dev.tombolo.agent.daemon.Doctor;
import dev.tombolo.protocol.codec.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tombolo-agent doctor`.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at disk, clock, database, certificate, runtimes and the way to the hub.",
      "Exits 1 when something is bad; says what to do about it."
    },
    footerHeading = "%nExample:%n",
    footer = "  tombolo-agent doctor --data /var/lib/tombolo-agent")
final class DoctorCommand implements Callable<Integer> {
  @Mixin private DataFolder folder = new DataFolder();

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec command;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    List<Doctor.Finding> findings = Doctor.examine(folder.config());
    if (json) {
      out.println(
          JsonWriter.write(
              findings, (writer, it) -> writer.list("findings", it, DoctorCommand::write)));
    }
    int code = ExitCode.OK;
    for (Doctor.Finding finding : findings) {
      if (!finding.ok()) {
        code = ExitCode.FAILED;
      }
      if (!json) {
        out.println((finding.ok() ? "ok   " : "BAD  ") + finding.what() + ": " + finding.detail());
        if (!finding.ok()) {
          out.println("     do: " + finding.fix());
        }
      }
    }
    return code;
  }

  private static void write(JsonWriter json, Doctor.Finding finding) {
    json.text("what", finding.what())
        .yes("ok", finding.ok())
        .text("detail", finding.detail())
        .text("fix", finding.fix());
  }
}
