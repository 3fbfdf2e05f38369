package dev.tombolo.hub.net;

import java.util.HashMap;
import java.util.Map;

/// How often each device connects, or each remote address asks. Forgets who behaves; bounded,
/// because when too many misbehave at once all are forgotten and the limit on accepts must do.
final class ConnectRates<K> {
  private static final int REMEMBERED_MAX = 100_000;
  private static final long FORGET_EVERY_MILLIS = 10_000;

  private final double perSecond;
  private final double burst;
  private final Map<K, TokenBucket> buckets = new HashMap<>();
  private long forgottenAtMillis;

  ConnectRates(int perMinute) {
    this.perSecond = perMinute / 60.0;
    this.burst = Math.max(5, perMinute / 6.0);
  }

  synchronized boolean take(K who, long nowMillis) {
    if (nowMillis - forgottenAtMillis > FORGET_EVERY_MILLIS) {
      forgottenAtMillis = nowMillis;
      buckets.values().removeIf(bucket -> bucket.isFull(nowMillis));
    }
    if (buckets.size() >= REMEMBERED_MAX) {
      buckets.clear();
    }
    return buckets
        .computeIfAbsent(who, _ -> new TokenBucket(perSecond, burst, nowMillis))
        .take(nowMillis);
  }
}
