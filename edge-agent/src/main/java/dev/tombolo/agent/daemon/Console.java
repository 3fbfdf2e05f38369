package dev.tombolo.agent.daemon;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.AgentLoop;
import dev.tombolo.agent.core.Standing;
import dev.tombolo.agent.loopback.LiveStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.PrintStream;
import java.util.Optional;

/// What the agent says to people: on its standard error, for the journal, a line where something
/// begins or ends, none where it goes on; and to who asks, how the device stands.
final class Console implements AgentLoop.Watcher {
  private final PrintStream out;
  private volatile Standing standing = new Standing(Optional.empty(), Optional.empty());
  private boolean lineDownSaid;
  private boolean stopping;

  Console(PrintStream out) {
    this.out = out;
  }

  void say(String line) {
    out.println("tombolo-agent: " + line);
  }

  /// What ends from now on ends because it was asked to.
  synchronized void stopping() {
    stopping = true;
    say("stops; workloads run on");
  }

  @Override
  public void storeFailed(Reason reason) {
    say("cannot save what it decides, tries again: " + ReasonText.say(reason));
  }

  @Override
  public void storeRecovered() {
    say("saves again");
  }

  @Override
  public void stands(Standing now) {
    standing = now;
  }

  /// JSON for `GET /v1/status`.
  String status() {
    return LiveStatus.write(standing);
  }

  @Override
  public void stumbled(String over, RuntimeException failure) {
    say("stumbled over " + over + ", goes on without it; please report this");
    failure.printStackTrace(out);
  }

  /// Listens to what the adapters say on its way to the loop.
  AgentInbox listening(AgentInbox inbox) {
    return event -> {
      hear(event);
      inbox.offer(event);
    };
  }

  private synchronized void hear(AgentEvent event) {
    if (event instanceof AgentEvent.LinkOpened(var line, var _)) {
      lineDownSaid = false;
      say("line=" + line + " is up");
    } else if (event instanceof AgentEvent.LinkClosed(var line, var reason, var _)) {
      if (!lineDownSaid && !stopping) {
        lineDownSaid = true;
        say("line=" + line + " is down, keeps trying: " + detail(reason));
      }
    } else if (event instanceof AgentEvent.KitFound found) {
      say("kit=" + found.kit() + " is looked at");
    } else if (event instanceof AgentEvent.KitRefused(var kit, var why)) {
      say("kit=" + kit + " was refused when it was applied: " + why);
    } else if (event instanceof AgentEvent.WorkloadExited(var name, var process, var code, var _)) {
      say("application=" + name + " pid=" + process.pid() + " ended with " + code);
    } else if (event instanceof AgentEvent.WorkloadMissing(var name, var process, var _)) {
      say("application=" + name + " pid=" + process.pid() + " is gone, it ended with the agent");
    } else if (event instanceof AgentEvent.WorkloadStarted(var name, var process)) {
      say("application=" + name + " pid=" + process.pid() + " started");
    }
  }

  private static String detail(Reason reason) {
    return reason instanceof Reason.LineDown(var _, var detail) ? detail : ReasonText.say(reason);
  }
}
