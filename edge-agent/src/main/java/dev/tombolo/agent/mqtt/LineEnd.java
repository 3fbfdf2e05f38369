package dev.tombolo.agent.mqtt;

import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;

/// Why a line ended, and how long the hub wants to be left alone.
record LineEnd(Reason reason, int retryAfterSeconds) {
  private static final int DEPTH_MAX = 16;

  /// What the hub said counts more than what then broke.
  static LineEnd of(@Nullable Throwable thrown, @Nullable HubWord word) {
    if (word != null && word.isRefusal()) {
      return new LineEnd(word.asReason(), word.retryAfterSeconds());
    }
    if (thrown == null) {
      return new LineEnd(new Reason.LineDown(0, "the line was closed"), 0);
    }
    Optional<Reason> refused = RefusedException.within(thrown);
    if (refused.isPresent()) {
      return new LineEnd(refused.get(), 0);
    }
    Throwable deepest = thrown;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
      if (deepest instanceof LinkRefusedException refusal) {
        return new LineEnd(refusal.reason(), refusal.retryAfterSeconds());
      }
      Throwable cause = deepest.getCause();
      if (cause == null) {
        break;
      }
      deepest = cause;
    }
    return new LineEnd(new Reason.LineDown(0, text(deepest)), 0);
  }

  static LineEnd refused(int code) {
    HubWord word = new HubWord(code, "", Optional.empty(), 0, 0);
    return new LineEnd(word.asReason(), 0);
  }

  private static String text(Throwable thrown) {
    String message = thrown.getMessage();
    if (thrown instanceof MqttException mqtt) {
      return "MQTT client error " + mqtt.getReasonCode();
    }
    String kind = thrown.getClass().getSimpleName();
    return message == null ? kind : kind + ": " + Quoted.of(message);
  }
}
