package dev.tombolo.bench.simulation.world;

/// What lies between one site and the hub now. Blocks may overlap, so they are counted.
final class Weather {
  private int upBlocks;
  private int downBlocks;

  void block(boolean up, boolean down) {
    upBlocks += up ? 1 : 0;
    downBlocks += down ? 1 : 0;
  }

  void unblock(boolean up, boolean down) {
    upBlocks -= up ? 1 : 0;
    downBlocks -= down ? 1 : 0;
  }

  void clear() {
    upBlocks = 0;
    downBlocks = 0;
  }

  boolean passesUp() {
    return upBlocks == 0;
  }

  boolean passesDown() {
    return downBlocks == 0;
  }

  boolean passes() {
    return passesUp() && passesDown();
  }
}
