package dev.tombolo.bench.load;

import dev.tombolo.protocol.id.DeviceId;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// A device of the load generator: its own key, its own certificate.
record LoadIdentity(DeviceId device, PrivateKey key, List<X509Certificate> chain) {
  LoadIdentity {
    chain = List.copyOf(chain);
  }
}
