package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.Now;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Platform;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A device and what is on it, as the invariants see it: from outside, whatever its agent thinks.
public interface Shop {
  int number();

  /// Empty before it has joined.
  Optional<DeviceId> device();

  /// True for a machine with a copy of another one's disk.
  boolean isCopy();

  /// Somebody has switched it off for good.
  boolean isTakenDown();

  /// What its clocks show, right or wrong.
  Now clock();

  /// In which boot of the machine.
  String machineBoot();

  /// What the machine offers since its agent was started last.
  Platform machine();

  /// What its agent would read after a crash at this moment.
  AgentSnapshot stored();

  /// Releases whose folders stand whole, every byte right.
  Set<Digest> staged();

  /// Bytes of all files and releases on the disk that no release in use needs.
  int filesHeld();

  /// Bytes of the file that are on the disk, synced or not.
  long bytesHeld(Variant.File file);

  /// Kits in its data folder.
  int kitsHeld();

  /// There is a note of a refused kit.
  boolean holdsKitRefusal();

  Optional<Digest> current(Name application);

  Map<Name, Running> processes();

  /// True while its agent runs.
  boolean isUp();

  /// How often its agent has been started.
  long starts();

  /// When something last befell the application's process that it could not help; before all:
  /// never.
  long befallenMillis(Name application);

  /// A live process.
  ///
  /// @param arguments it was started with
  /// @param isTold its agent has it in its store
  /// @param hangs it answers no probe any more
  record Running(
      ProcessIdentity identity,
      Digest release,
      List<String> arguments,
      boolean isTold,
      boolean hangs) {}
}
