package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;

/// Reads the end of what a workload printed, for people who ask from afar. Each question is
/// answered on a thread of its own; there are as many at a time as the hub asks, which is few.
public final class OutputReader {
  /// The end that is sent: a packet holds it even when every character of it is escaped.
  static final int BYTES_MAX = 32 * 1024;

  private static final long STACK_BYTES = 128 * 1024;

  private final AgentInbox inbox;
  private final AgentFolders folders;

  public OutputReader(AgentInbox inbox, AgentFolders folders) {
    this.inbox = inbox;
    this.folders = folders;
  }

  public void perform(AgentEffect.ReadOutput effect) {
    Thread thread =
        new Thread(
            null,
            () ->
                inbox.offer(
                    new AgentEvent.OutputRead(
                        effect.line(), effect.ask(), end(effect.application()))),
            "output",
            STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
  }

  String end(Name application) {
    try (RandomAccessFile in = new RandomAccessFile(folders.output(application).toFile(), "r")) {
      long length = in.length();
      byte[] end = new byte[(int) Math.min(length, BYTES_MAX)];
      in.seek(length - end.length);
      in.readFully(end);
      return new String(end, StandardCharsets.UTF_8);
    } catch (IOException e) {
      // Nothing printed yet, or cut at this moment by its quota.
      return "";
    }
  }
}
