package dev.tombolo.agent.core;

import java.io.IOException;
import javax.net.ssl.SSLSocketFactory;

/// Gives the TLS sockets of the device's identity as it is now.
@FunctionalInterface
public interface TlsSource {
  SSLSocketFactory sockets() throws IOException;
}
