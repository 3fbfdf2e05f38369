package dev.tombolo.hub.bundle;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Which file of the base a file of the target is a later version of: that of the same path, else
/// of the same name in another folder, else of the same kind, while there are any.
final class Counterparts {
  private final Tree base;
  private final Tree target;
  private final Map<Tree.Entry, Tree.Entry> found = new HashMap<>();
  private final Set<Tree.Entry> taken = new HashSet<>();

  Counterparts(Tree base, Tree target) {
    this.base = base;
    this.target = target;
  }

  Map<Tree.Entry, Tree.Entry> found() {
    for (Tree.Entry file : target.entries()) {
      Tree.Entry same = base.at(file.path());
      if (same != null) {
        pair(file, same);
      }
    }
    pairBy(name -> name.substring(name.lastIndexOf('/') + 1));
    pairBy(name -> name.substring(Math.max(0, name.lastIndexOf('.'))));
    if (base.entries().size() == 1 && target.entries().size() == 1) {
      found.putIfAbsent(target.entries().getFirst(), base.entries().getFirst());
    }
    return found;
  }

  private void pairBy(UnaryOperator<String> part) {
    Map<String, ArrayDeque<Tree.Entry>> left = new HashMap<>();
    for (Tree.Entry file : base.entries()) {
      if (!taken.contains(file)) {
        left.computeIfAbsent(part.apply(base.nameOf(file)), _ -> new ArrayDeque<>()).add(file);
      }
    }
    for (Tree.Entry file : target.entries()) {
      var alike = left.get(part.apply(target.nameOf(file)));
      if (alike != null && !alike.isEmpty() && !found.containsKey(file)) {
        pair(file, alike.removeFirst());
      }
    }
  }

  private void pair(Tree.Entry file, Tree.Entry older) {
    found.put(file, older);
    taken.add(older);
  }
}
