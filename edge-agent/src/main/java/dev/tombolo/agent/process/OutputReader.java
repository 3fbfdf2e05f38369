package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Reads the end of what a workload printed, for people who ask from afar, one question after the
/// other; of a flood of questions the later ones are told to come back.
public final class OutputReader implements AutoCloseable {
  /// The end that is sent: a packet holds it even when every character of it is escaped.
  static final int BYTES_MAX = 32 * 1024;

  static final int WAITING_MAX = 16;
  private static final long STACK_BYTES = 128 * 1024;
  private static final int IDLE_SECONDS = 10;

  private final AgentInbox inbox;
  private final AgentFolders folders;
  private final ThreadPoolExecutor worker;

  public OutputReader(AgentInbox inbox, AgentFolders folders) {
    this.inbox = inbox;
    this.folders = folders;
    worker =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            OutputReader::thread);
    worker.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(null, work, "output", STACK_BYTES);
    thread.setDaemon(true);
    return thread;
  }

  public void perform(AgentEffect.ReadOutput effect) {
    try {
      worker.execute(() -> answer(effect, end(folders.output(effect.application()))));
    } catch (RejectedExecutionException e) {
      answer(effect, "too many questions at once; ask again");
    }
  }

  private void answer(AgentEffect.ReadOutput effect, String text) {
    inbox.offer(new AgentEvent.OutputRead(effect.line(), effect.ask(), text));
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }

  /// The last [#BYTES_MAX] of what a workload printed, without a line of which the beginning is
  /// missing; empty when there is nothing.
  public static String end(Path output) {
    try (RandomAccessFile in = new RandomAccessFile(output.toFile(), "r")) {
      long length = in.length();
      byte[] end = new byte[(int) Math.min(length, BYTES_MAX)];
      in.seek(length - end.length);
      in.readFully(end);
      String text = new String(end, StandardCharsets.UTF_8);
      return length > end.length ? text.substring(text.indexOf('\n') + 1) : text;
    } catch (IOException e) {
      // Nothing printed yet, or cut at this moment by its quota.
      return "";
    }
  }
}
