package dev.tombolo.hub.cli.screen;

/// The exit codes scripts may rely on.
public final class Exit {
  public static final int OK = 0;

  /// The hub refused it, or it did not work.
  public static final int REFUSED = 1;

  public static final int USAGE = 2;
  public static final int HUB_NOT_REACHED = 3;
  public static final int NOT_FOUND = 4;

  /// A protected fleet's name must be typed, or given with `--yes-really`.
  public static final int NOT_CONFIRMED = 5;

  /// The hub's database is damaged: only a restore helps, no new start.
  public static final int DATA_DAMAGED = 6;

  /// Nothing is wrong with it, and it has to wait for a rollout.
  public static final int HELD_UP = 7;

  private Exit() {}
}
