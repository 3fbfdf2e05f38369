package dev.tombolo.bench.simulation.invariant;

/// Something that must always hold does not. An error, so that no code under test can catch it.
public final class InvariantBroken extends Error {
  private static final long serialVersionUID = 1;

  private final String invariant;
  private final int shop;

  /// @param shop number of the device it is about; -1 for the hub
  public InvariantBroken(String invariant, int shop, String how) {
    super(invariant + ": " + how);
    this.invariant = invariant;
    this.shop = shop;
  }

  public String invariant() {
    return invariant;
  }

  public int shop() {
    return shop;
  }
}
