package dev.tombolo.agent.mqtt;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Paho logs each broken line at SEVERE; the agent says it once, in its own words.
final class PahoLogging {
  /// Held, because the log manager keeps loggers only weakly.
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho.mqttv5.client");

  private PahoLogging() {}

  static void silence() {
    PAHO.setLevel(Level.OFF);
    PAHO.setUseParentHandlers(false);
  }
}
