package dev.tombolo.agent.daemon;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentBoot;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentLoop;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.agent.core.EventQueue;
import dev.tombolo.agent.disk.FilesOnDisk;
import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.agent.x509.IdentityFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// A running agent.
public final class AgentDaemon implements AutoCloseable {
  private static final long LOOP_STACK_BYTES = 512 * 1024;
  private static final long STOP_WAIT_MILLIS = 5_000;

  /// By then it has connected and started what was left to start.
  private static final Duration START = Duration.ofSeconds(30);

  private final DataFolderLock lock;
  private final SqliteAgentStore store;
  private final Console console;
  private final EventQueue inbox;
  private final AgentLoop loop;
  private final Hands hands;
  private final Thread thread;

  private AgentDaemon(
      DataFolderLock lock,
      SqliteAgentStore store,
      Console console,
      EventQueue inbox,
      AgentLoop loop,
      Hands hands,
      Thread thread) {
    this.lock = lock;
    this.store = store;
    this.console = console;
    this.inbox = inbox;
    this.loop = loop;
    this.hands = hands;
    this.thread = thread;
  }

  /// Starts the agent of a device that has enrolled.
  ///
  /// @param out gets a line when it is up, and when something begins or ends
  /// @throws IOException when it cannot start; says what to do
  public static AgentDaemon start(AgentConfig config, PrintStream out) throws IOException {
    DataFolderLock lock = DataFolderLock.take(config.data());
    Console console = new Console(out);
    SqliteAgentStore store;
    try {
      store = SqliteAgentStore.open(config.data(), console::say);
    } catch (IOException e) {
      lock.close();
      throw e;
    }
    try {
      return start(config, console, lock, store);
    } catch (IOException e) {
      store.close();
      lock.close();
      throw e;
    }
  }

  private static AgentDaemon start(
      AgentConfig config, Console console, DataFolderLock lock, SqliteAgentStore store)
      throws IOException {
    AgentFolders folders = new AgentFolders(config.data());
    IdentityFolder identity = new IdentityFolder(folders.identity());
    Enrolment enrolment = store.enrolment();
    EventQueue inbox = new EventQueue();
    Hands hands =
        new Hands(
            config,
            enrolment.device(),
            enrolment.https(),
            store.timeFloorMillis(),
            identity,
            console.listening(inbox),
            console::status);
    AgentBoot boot = boot(config, identity.load(), hands.lanAddresses());
    SecureRandom random = new SecureRandom();
    int applications = store.applicationCount();
    AgentLoop loop =
        new AgentLoop(
            inbox,
            store,
            new FilesOnDisk(folders),
            boot,
            WallClock::now,
            random::nextDouble,
            hands,
            console);
    Thread thread = new Thread(null, loop, "loop", LOOP_STACK_BYTES);
    thread.start();
    console.say(
        "up; device="
            + enrolment.device()
            + " site="
            + enrolment.site()
            + " slot="
            + enrolment.slot()
            + " applications="
            + applications
            + " data="
            + config.data());
    return new AgentDaemon(lock, store, console, inbox, loop, hands, thread);
  }

  private static AgentBoot boot(
      AgentConfig config, IdentityFolder.Identity identity, List<String> lan) throws IOException {
    byte[] bootId = new byte[8];
    new SecureRandom().nextBytes(bootId);
    return new AgentBoot(
        HexFormat.of().formatHex(bootId),
        Machine.bootId(),
        AgentVersion.text(),
        AgentVersion.FEATURES,
        AgentVersion.EARLIEST_MILLIS,
        identity.roots(),
        identity.life(),
        Long.MIN_VALUE,
        Machine.platform(config.runtimes().keySet()),
        lan,
        Machine.facts(),
        new Backoff(config.backoffMaxSeconds()),
        OutboxQuota.STANDARD,
        Optional.empty(),
        false,
        config.isShared());
  }

  /// Waits until the agent has stopped. Gives back meanwhile what only the start needed: an idle
  /// agent makes so little garbage that nobody would collect it for hours.
  public void join() throws InterruptedException {
    if (!thread.join(START)) {
      System.gc();
    }
    thread.join();
  }

  /// False while it runs, and when it ended by itself.
  public boolean isStopped() {
    return loop.isStopped();
  }

  /// A clean stop: the hub is told, what is decided is saved, workloads run on.
  @Override
  public void close() throws IOException {
    console.stopping();
    inbox.offer(new AgentEvent.StopAsked());
    try {
      thread.join(STOP_WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    hands.close();
    store.close();
    lock.close();
  }
}
