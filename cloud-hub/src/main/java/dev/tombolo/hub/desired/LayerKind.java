package dev.tombolo.hub.desired;

/// Where a setting comes from, broadest first: a later one beats an earlier one.
public enum LayerKind {
  /// What the application itself is given wherever it runs.
  GLOBAL,
  FLEET,
  SITE,
  /// A slot in a site.
  DEVICE,
  /// The release that a rollout has brought a device to.
  ROLLOUT,
  /// A patch of one of the application's sync policies.
  OVERRIDE;

  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
