package dev.tombolo.agent.outbox;

/// How much of workloads' own results is kept while nobody takes it.
///
/// @param channelsMax channels at one time
/// @param rowsMax rows of one channel
/// @param bytesMax bytes of one channel's bodies
/// @param allRowsMax rows of all channels together: each costs the agent's memory 8 to 16 bytes
public record OutboxQuota(int channelsMax, int rowsMax, long bytesMax, int allRowsMax) {
  public static final OutboxQuota STANDARD = new OutboxQuota(16, 20_000, 8L * 1024 * 1024, 160_000);

  public OutboxQuota {
    if (channelsMax < 1 || rowsMax < 2 || bytesMax < 1 || allRowsMax < 2) {
      throw new IllegalArgumentException("a quota without room");
    }
  }
}
