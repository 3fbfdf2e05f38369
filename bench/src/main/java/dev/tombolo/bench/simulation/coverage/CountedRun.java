package dev.tombolo.bench.simulation.coverage;

import java.lang.reflect.InvocationTargetException;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A run of a command with counters in the deciders, and what came of it.
public final class CountedRun {
  private final CountingLoader loader = new CountingLoader(CountedRun.class.getClassLoader());

  /// True for classes that such a run has loaded.
  public static boolean isOn(Class<?> type) {
    return type.getClassLoader() instanceof CountingLoader;
  }

  /// @param program has a `public static int run(String[])`, which gives the exit code
  public int run(Class<?> program, List<String> arguments) {
    try {
      Class<?> counted = loader.loadClass(program.getName());
      Object code =
          counted
              .getMethod("run", String[].class)
              .invoke(null, (Object) arguments.toArray(String[]::new));
      return (int) code;
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Of one package.
  ///
  /// @param explained of those not taken, how many [Gaps] gives a reason for
  public record Covered(int taken, int explained, int all) {
    private Covered plus(Covered other) {
      return new Covered(taken + other.taken, explained + other.explained, all + other.all);
    }

    public int unexplained() {
      return all - taken - explained;
    }

    public double percent() {
      return all == 0 ? 100 : 100.0 * taken / all;
    }

    /// Of those that are not explained.
    public double percentOfRest() {
      return all == explained ? 100 : 100.0 * taken / (all - explained);
    }
  }

  /// By package, and `all` at the end.
  public Map<String, Covered> covered(Gaps gaps) {
    loadAll();
    Map<String, Covered> packages = new TreeMap<>();
    Covered sum = new Covered(0, 0, 0);
    List<Branch> not = Branches.notTaken();
    // Two ways of one line may look alike.
    Set<Branch> missing = Collections.newSetFromMap(new IdentityHashMap<>());
    missing.addAll(not);
    for (Branch branch : Branches.all()) {
      boolean isTaken = !missing.contains(branch);
      boolean isExplained = !isTaken && gaps.of(branch).isPresent();
      Covered one = new Covered(isTaken ? 1 : 0, isExplained ? 1 : 0, 1);
      packages.merge(branch.inPackage(), one, Covered::plus);
      sum = sum.plus(one);
    }
    Map<String, Covered> withSum = new LinkedHashMap<>(packages);
    withSum.put("all", sum);
    return withSum;
  }

  /// In the order of the source.
  public List<Branch> notTaken() {
    loadAll();
    return Branches.notTaken().stream()
        .sorted(Comparator.comparing(Branch::owner).thenComparingInt(Branch::line))
        .toList();
  }

  private void loadAll() {
    for (String name : Deciders.classes(loader)) {
      try {
        loader.loadClass(name);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
