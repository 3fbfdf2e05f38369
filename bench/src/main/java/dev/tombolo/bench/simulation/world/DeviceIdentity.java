package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A device's key, request and certificate, as its identity folder keeps them: durable before they
/// are sent, the same request until it is answered.
final class DeviceIdentity {
  private static final int KEY_BYTES = 91;

  private final Chance chance;
  private final byte[] key;
  private Certificates.@Nullable Held held;
  private @Nullable String nextRequest;

  DeviceIdentity(Chance chance) {
    this(chance, chance.bytes(KEY_BYTES));
  }

  private DeviceIdentity(Chance chance, byte[] key) {
    this.chance = chance;
    this.key = key;
  }

  /// Of a disk that was copied.
  DeviceIdentity copy(Chance its) {
    DeviceIdentity copy = new DeviceIdentity(its, key);
    copy.held = held;
    copy.nextRequest = nextRequest;
    return copy;
  }

  byte[] key() {
    return key;
  }

  String request() {
    return Certificates.request(key);
  }

  String nextRequest() {
    String request = nextRequest;
    if (request == null) {
      request = Certificates.request(chance.bytes(KEY_BYTES));
      nextRequest = request;
    }
    return request;
  }

  Certificates.Held held() {
    Certificates.Held certificate = held;
    if (certificate == null) {
      throw new IllegalStateException("has not joined");
    }
    return certificate;
  }

  /// False when the certificate is for another key; then nothing is kept.
  boolean keepEnrolled(String pem) {
    Certificates.Held read = Certificates.read(pem);
    if (!read.key().equals(Base64.getEncoder().encodeToString(key))) {
      return false;
    }
    held = read;
    return true;
  }

  /// False when the certificate is for another key than the next one; then nothing is kept.
  boolean keepRenewed(String pem) {
    Certificates.Held read = Certificates.read(pem);
    if (!Certificates.requestOf(read).equals(nextRequest)) {
      return false;
    }
    held = read;
    nextRequest = null;
    return true;
  }
}
