package dev.tombolo.hub.sqlite;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Makes each value once, however many rows have it. What is read at the start stays in memory for
/// as long as the hub runs: the rows of a device name it half a dozen times, and most devices have
/// the release, the version and the facts of others. Of ids it remembers as many as there are,
/// until all is read and it goes.
final class SharedValues {
  /// Makes each anew: for who reads a few rows, and drops them.
  static final SharedValues NONE = new SharedValues(false);

  /// Different values that are remembered of what only mostly is the same.
  private static final int FEW = 10_000;

  private final boolean isOn;
  private final Map<String, Name> names = new HashMap<>();
  private final Map<String, DeviceId> devices = new HashMap<>();
  private final Map<String, Digest> manifests = new HashMap<>();
  private final Map<SlotRef, SlotRef> slots = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();
  private final Map<String, List<String>> wordLists = new HashMap<>();
  private final Map<String, List<Digest>> digestLists = new HashMap<>();
  private final Map<String, Set<Digest>> digestSets = new HashMap<>();
  private final Map<String, Map<String, String>> factMaps = new HashMap<>();
  private final Map<String, Map<String, String>> textMaps = new HashMap<>();
  private final Map<String, Map<Name, Map<String, String>>> parameterMaps = new HashMap<>();

  SharedValues() {
    this(true);
  }

  private SharedValues(boolean isOn) {
    this.isOn = isOn;
  }

  Name name(String column) {
    return shared(names, Integer.MAX_VALUE, column, it -> Columns.value(it, Name::new));
  }

  DeviceId device(String column) {
    return shared(devices, Integer.MAX_VALUE, column, it -> Columns.value(it, DeviceId::new));
  }

  /// Of a document: who holds the newest one has it twice.
  Digest manifest(String column) {
    return shared(manifests, Integer.MAX_VALUE, column, it -> Columns.value(it, Digest::new));
  }

  SlotRef slot(String site, String slot) {
    return slot(new SlotRef(name(site), name(slot)));
  }

  SlotRef slot(SlotRef slot) {
    SlotRef known = isOn ? slots.putIfAbsent(slot, slot) : slot;
    return known == null ? slot : known;
  }

  String word(String column) {
    return shared(words, FEW, column, it -> it);
  }

  List<String> words(String column) {
    return shared(wordLists, FEW, column, Columns::words);
  }

  List<Digest> digests(String column) {
    return shared(digestLists, FEW, column, it -> List.copyOf(Columns.digests(it)));
  }

  Set<Digest> digestSet(String column) {
    return shared(digestSets, FEW, column, it -> Set.copyOf(digests(it)));
  }

  /// In no order.
  Map<String, String> facts(String column) {
    return shared(factMaps, FEW, column, it -> Map.copyOf(Columns.texts(it)));
  }

  /// In the order in which they were written.
  Map<String, String> texts(String column) {
    return shared(textMaps, FEW, column, it -> Collections.unmodifiableMap(Columns.texts(it)));
  }

  Map<Name, Map<String, String>> parameters(String column) {
    return shared(
        parameterMaps, FEW, column, it -> Collections.unmodifiableMap(Columns.parameters(it)));
  }

  private <T> T shared(Map<String, T> known, int most, String column, Function<String, T> reader) {
    T before = known.get(column);
    if (before != null) {
      return before;
    }
    T made = reader.apply(column);
    if (isOn && known.size() < most) {
      known.put(column, made);
    }
    return made;
  }
}
