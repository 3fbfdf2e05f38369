package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.admin.GitStateJson;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.JsonFields;
import dev.tombolo.protocol.codec.MalformedException;
import java.util.List;

/// I3: what the hub keeps as text reads the same when its store is opened again, whatever state it
/// is in.
final class WhatIsStoredCanBeRead extends Invariant {
  private static final int CHARACTERS_MAX = 1 << 24;

  WhatIsStoredCanBeRead() {
    super("I3");
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange.Durable change : changes) {
      switch (change) {
        case HubChange.RolloutKept(RolloutChange.Put(var record)) ->
            isSame(record, RolloutJson.write(record), RolloutJson::record);
        case HubChange.GitPut it ->
            isSame(it.state(), GitStateJson.write(it.state()), GitStateJson::state);
        default -> {}
      }
    }
  }

  private <T> void isSame(T kept, String text, JsonFields.Reader<T> reading) {
    try {
      T read = Json.read("what is stored", text, CHARACTERS_MAX, reading);
      hold(read.equals(kept), -1, () -> kept + " is kept, and reads as " + read);
    } catch (MalformedException e) {
      throw broken(-1, kept + " is kept, and cannot be read: " + e);
    }
  }
}
