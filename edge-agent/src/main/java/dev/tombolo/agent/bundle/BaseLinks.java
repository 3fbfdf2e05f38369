package dev.tombolo.agent.bundle;

/// What becomes of links in the folder that a bundle builds on.
public enum BaseLinks {
  /// Each that leads to a file is that file: whoever names the folder may read what it leads to.
  FOLLOWED,
  /// A release on a device has none.
  REFUSED
}
