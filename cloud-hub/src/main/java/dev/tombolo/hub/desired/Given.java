package dev.tombolo.hub.desired;

/// Who gave a value, and when.
///
/// @param by a principal, like `user:alice`
/// @param source the file and line it was applied from, like `shops.yaml:12`; empty when nobody
///   said
public record Given(String by, long millis, String source) {
  public Given from(String place) {
    return new Given(by, millis, place);
  }
}
