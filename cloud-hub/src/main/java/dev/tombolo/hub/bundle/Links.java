package dev.tombolo.hub.bundle;

/// What becomes of links in the folders that a bundle is made of.
public enum Links {
  /// Each that leads to a file is that file, as `cp -L` takes it: whoever names the folders may
  /// read what they lead to.
  FOLLOWED,
  /// For releases, which have none: refused in a target, passed over in a base.
  NOT_FOLLOWED
}
