package dev.tombolo.bench.simulation.coverage;

/// One way to go on from a place in the code where there are several.
///
/// @param owner name of the class
/// @param line of the source
/// @param way `yes` or `no` of a question, a case of a switch
/// @param isForBugs it ends at once in an exception that only a bug can cause
public record Branch(String owner, String method, int line, String way, boolean isForBugs) {
  public String inPackage() {
    return owner.substring(0, owner.lastIndexOf('.'));
  }

  /// `HubCore.step:117 yes`
  public String text() {
    String simple = owner.substring(owner.lastIndexOf('.') + 1);
    return simple + "." + method + ":" + line + " " + way;
  }
}
