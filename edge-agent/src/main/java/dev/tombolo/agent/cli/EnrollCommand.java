package dev.tombolo.agent.cli;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.daemon.DataFolderLock;
import dev.tombolo.agent.daemon.Joining;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tombolo-agent enroll`.
@Command(
    name = "enroll",
    mixinStandardHelpOptions = true,
    description = {
      "Lets this device join with a token from store ops.",
      "Safe to repeat until it has joined: the same token on the same device gives the same answer.",
      "A device that has joined says so, and ends with 1."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo-agent enroll --token tmb1_0123...",
      "  tombolo-agent enroll --token-file /media/usb/token --data /var/lib/tombolo-agent",
      "  cat token | tombolo-agent enroll --token-file -"
    })
final class EnrollCommand implements Callable<Integer> {
  private static final int TOKEN_BYTES_MAX = 4 * 1024;

  @Mixin private DataFolder folder = new DataFolder();

  @ArgGroup(multiplicity = "1")
  private TokenSource source = new TokenSource();

  @Spec private @Nullable CommandSpec command;

  static final class TokenSource {
    @Option(names = "--token", paramLabel = "TOKEN", description = "The token's text.")
    @Nullable String text;

    @Option(
        names = "--token-file",
        paramLabel = "FILE",
        description = "A file with the token's text, or - for the standard input.")
    @Nullable String file;

    @Option(
        names = "--check",
        description = "Only say whether this device has joined: ends with 0 if so, with 4 if not.")
    boolean check;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = java.util.Objects.requireNonNull(command).commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    if (source.check) {
      return check(out);
    }
    String text = token();
    return switch (JoinTokenCodec.decode(text)) {
      case JoinTokenCodec.Garbled garbled -> {
        err.println("tombolo-agent: " + ReasonText.say(garbled.reason()));
        yield ExitCode.FAILED;
      }
      case JoinTokenCodec.Read(var token) -> {
        folder.make();
        AgentConfig config = folder.config();
        if (Joining.hasJoined(config.data())) {
          err.println(
              "tombolo-agent: "
                  + config.data()
                  + " holds a device that has joined already; see it with: tombolo-agent status"
                  + " --data "
                  + config.data()
                  + "; for a new device use another --data folder");
          yield ExitCode.FAILED;
        }
        try (DataFolderLock _ = DataFolderLock.take(config.data())) {
          yield say(Joining.join(config, token, text), config, out, err);
        }
      }
    };
  }

  /// Answered by the mirror, too, when the database is damaged.
  private int check(PrintWriter out) throws IOException {
    boolean hasJoined = Joining.hasJoined(folder.path());
    out.println(folder.path() + (hasJoined ? " has joined" : " has not joined"));
    return hasJoined ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  private static int say(
      Joining.Outcome outcome, AgentConfig config, PrintWriter out, PrintWriter err) {
    return switch (outcome) {
      case Joining.Outcome.Joined(EnrolResponse it) -> {
        out.println(
            "joined: "
                + it.device()
                + " is "
                + it.site()
                + "/"
                + it.slot()
                + " in fleet "
                + it.fleet());
        out.println("next: tombolo-agent run --data " + config.data());
        yield ExitCode.OK;
      }
      case Joining.Outcome.Refused(Reason reason, String message) -> {
        err.println(
            "tombolo-agent: refused: " + (message.isEmpty() ? ReasonText.say(reason) : message));
        yield ExitCode.FAILED;
      }
      case Joining.Outcome.NotReached(String endpoint, Reason reason) -> {
        boolean wrongHub = reason instanceof Reason.PinMismatch;
        err.println("tombolo-agent: " + endpoint + ": " + ReasonText.say(reason));
        yield wrongHub ? ExitCode.FAILED : ExitCode.NOT_REACHED;
      }
    };
  }

  private String token() throws IOException {
    if (source.text != null) {
      return source.text.strip();
    }
    String file = java.util.Objects.requireNonNull(source.file);
    byte[] bytes =
        file.equals("-")
            ? System.in.readNBytes(TOKEN_BYTES_MAX)
            : readAtMost(Path.of(file), TOKEN_BYTES_MAX);
    return new String(bytes, StandardCharsets.UTF_8).strip();
  }

  private static byte[] readAtMost(Path file, int bytesMax) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(bytesMax);
    } catch (java.nio.file.NoSuchFileException e) {
      throw new IOException("no such file: " + file + "; give the token's file", e);
    }
  }
}
