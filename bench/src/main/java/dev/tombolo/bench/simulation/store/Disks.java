package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.protocol.id.History;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes the disks of one world. Closing takes them away.
public interface Disks extends AutoCloseable {
  HubDisk hub(String history);

  AgentDisk agent(int number);

  @Override
  void close();

  /// In memory.
  static Disks simulated() {
    return new Disks() {
      @Override
      public HubDisk hub(String history) {
        return new SimulatedHubDisk(new SimulatedHubStore(new History(1, history)));
      }

      @Override
      public AgentDisk agent(int number) {
        return new SimulatedAgentDisk();
      }

      @Override
      public void close() {}
    };
  }

  /// Keeps one store for all processes.
  final class SimulatedHubDisk implements HubDisk {
    private SimulatedHubStore store;

    SimulatedHubDisk(SimulatedHubStore store) {
      this.store = store;
    }

    @Override
    public SimulatedHubStore copy() {
      return store.copy();
    }

    @Override
    public void replace(SimulatedHubStore database) {
      store = database;
    }

    @Override
    public HubStore open() {
      return store;
    }

    @Override
    public void crashed() {}

    @Override
    public void close() {}
  }

  /// Keeps one store for all processes.
  final class SimulatedAgentDisk implements AgentDisk {
    private @Nullable SimulatedAgentStore store;

    @Override
    public void join(Enrolment enrolment) {
      if (store == null) {
        store = new SimulatedAgentStore(enrolment);
      }
    }

    @Override
    public AgentDisk copy() {
      SimulatedAgentDisk copy = new SimulatedAgentDisk();
      copy.store = store == null ? null : store.copy();
      return copy;
    }

    @Override
    public boolean damage(String incarnation, boolean withDocuments) {
      SimulatedAgentStore damaged = store;
      if (damaged == null) {
        return false;
      }
      store = damaged.madeAnew(incarnation, withDocuments);
      return true;
    }

    @Override
    public AgentStore open() {
      return Objects.requireNonNull(store, "not joined");
    }

    @Override
    public void crashed() {}

    @Override
    public void close() {}
  }
}
