package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BiPredicate;

/// Which device each key was certified for, and the certificates that were replaced before they ran
/// out. A key never belongs to another device, as long as one of its certificates is good or in
/// use.
final class CertifiedKeys {
  /// Forgotten in one step: a step must stay short, and devices whose certificates live for a day
  /// must not leave more than is forgotten.
  static final int FORGOTTEN_MAX = 5_000;

  private final Map<Digest, Owner> owners = new HashMap<>();
  private final Map<String, Long> superseded = new HashMap<>();

  /// Certificates that are not in use any more, those that run out first, first: what has run out
  /// is found without a look at all others.
  private final PriorityQueue<Left> left =
      new PriorityQueue<>(Comparator.comparingLong(Left::untilMillis));

  private record Owner(DeviceId device, long untilMillis) {}

  /// @param serial empty: of a key without a certificate
  private record Left(String serial, Digest key, long untilMillis) {}

  Optional<DeviceId> ownerOf(Digest key) {
    return Optional.ofNullable(owners.get(key)).map(Owner::device);
  }

  int size() {
    return owners.size();
  }

  /// Serial -> end of certificates that were replaced before they ran out.
  Map<String, Long> superseded() {
    return Collections.unmodifiableMap(superseded);
  }

  void note(Digest key, DeviceId device, long untilMillis) {
    owners.merge(
        key,
        new Owner(device, untilMillis),
        (before, now) ->
            new Owner(before.device(), Math.max(before.untilMillis(), now.untilMillis())));
  }

  void supersede(CertificateRecord certificate) {
    superseded.put(certificate.serial(), certificate.notAfterMillis());
    leave(certificate);
  }

  /// It is not in use any more.
  void leave(CertificateRecord certificate) {
    left.add(new Left(certificate.serial(), certificate.key(), certificate.notAfterMillis()));
  }

  /// A device has another key now.
  void leave(Digest key) {
    left.add(new Left("", key, 0));
  }

  /// Forgets what has run out, at most [#FORGOTTEN_MAX] at a time.
  ///
  /// @param isInUse whether a key is one of a device's present ones
  void forget(long millis, BiPredicate<Digest, DeviceId> isInUse) {
    for (int i = 0; i < FORGOTTEN_MAX; i++) {
      Left first = left.peek();
      if (first == null || first.untilMillis() >= millis) {
        return;
      }
      left.remove();
      superseded.computeIfPresent(
          first.serial(), (serial, untilMillis) -> untilMillis < millis ? null : untilMillis);
      Owner owner = owners.get(first.key());
      if (owner != null && !isInUse.test(first.key(), owner.device())) {
        if (owner.untilMillis() < millis) {
          owners.remove(first.key());
        } else if (owner.untilMillis() > first.untilMillis()) {
          left.add(new Left("", first.key(), owner.untilMillis()));
        }
      }
    }
  }
}
