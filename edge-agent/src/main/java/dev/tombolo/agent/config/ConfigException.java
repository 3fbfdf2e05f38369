package dev.tombolo.agent.config;

/// A setting that cannot be used. The message names file, line, key, value and what to write.
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
