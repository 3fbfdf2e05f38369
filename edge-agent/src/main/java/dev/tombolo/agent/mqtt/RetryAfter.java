package dev.tombolo.agent.mqtt;

/// How long a hub asks to be left alone.
final class RetryAfter {
  /// Longer waits are cut to this: an hour.
  static final int SECONDS_MAX = 3600;

  private RetryAfter() {}

  /// A decimal count of seconds, 0 when the text is none.
  static int seconds(String text) {
    try {
      return Math.clamp(Long.parseLong(text.strip()), 0, SECONDS_MAX);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
