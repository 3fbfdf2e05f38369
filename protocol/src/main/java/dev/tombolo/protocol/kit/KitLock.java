package dev.tombolo.protocol.kit;

import dev.tombolo.protocol.id.DeviceId;

/// A kit's key, wrapped for one who may open it.
public sealed interface KitLock {
  /// Base64 of the wrapped key: 32 bytes and a tag of 16.
  String wrapped();

  /// For the holder of a device's key.
  ///
  /// @param ephemeral base64 of the SubjectPublicKeyInfo of a P-256 key made for this lock alone
  record OfDevice(DeviceId device, String ephemeral, String wrapped) implements KitLock {}

  /// For who knows the passphrase.
  ///
  /// @param salt base64
  /// @param rounds of PBKDF2 with HMAC-SHA256
  record OfPassphrase(String salt, int rounds, String wrapped) implements KitLock {}
}
