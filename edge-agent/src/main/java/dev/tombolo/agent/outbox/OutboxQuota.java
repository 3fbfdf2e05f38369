package dev.tombolo.agent.outbox;

/// How much of workloads' own results is kept while nobody takes it.
///
/// @param channelsMax channels at one time
/// @param rowsMax rows of one channel
/// @param bytesMax bytes of one channel's bodies
public record OutboxQuota(int channelsMax, int rowsMax, long bytesMax) {
  public static final OutboxQuota STANDARD = new OutboxQuota(16, 20_000, 8L * 1024 * 1024);

  public OutboxQuota {
    if (channelsMax < 1 || rowsMax < 2 || bytesMax < 1) {
      throw new IllegalArgumentException("a quota without room");
    }
  }
}
