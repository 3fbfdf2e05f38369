package dev.tombolo.hub.core;

/// Who did it: `user:alice` (an operator by API token), `device:dev-...`, `hub`.
public record Principal(String name) {
  public static final Principal HUB = new Principal("hub");
}
