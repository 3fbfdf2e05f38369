package dev.tombolo.bench.simulation.coverage;

import java.util.ArrayList;
import java.util.List;

/// All branches of the classes that [CountingLoader] has loaded, and which of them were taken. One
/// of it for all loaders of a process.
public final class Branches {
  private static final int BRANCHES_MAX = 1 << 17;
  private static final boolean[] TAKEN = new boolean[BRANCHES_MAX];
  private static final List<Branch> ALL = new ArrayList<>();

  private Branches() {}

  /// Called by the code that is watched, by any thread.
  public static void take(int number) {
    TAKEN[number] = true;
  }

  /// @return its number
  static synchronized int add(Branch branch) {
    if (ALL.size() == BRANCHES_MAX) {
      throw new IllegalStateException("more than " + BRANCHES_MAX + " branches");
    }
    ALL.add(branch);
    return ALL.size() - 1;
  }

  static synchronized List<Branch> all() {
    return List.copyOf(ALL);
  }

  static synchronized List<Branch> notTaken() {
    List<Branch> not = new ArrayList<>();
    for (int i = 0; i < ALL.size(); i++) {
      if (!TAKEN[i]) {
        not.add(ALL.get(i));
      }
    }
    return not;
  }
}
