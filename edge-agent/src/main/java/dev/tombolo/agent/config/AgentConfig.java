package dev.tombolo.agent.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The settings of one device.
///
/// @param data the folder that holds everything the agent keeps
/// @param runtimes folders by name, `runtime.NAME=/folder`
/// @param loopbackPort where workloads hand in results, on 127.0.0.1; 0 lets the system choose
/// @param fetchBytesPerSecondMax bound of downloads; 0 for none
/// @param backoffMaxSeconds longest wait between attempts, 1-300
/// @param isShared whether devices of the site may copy from this one, and this one from them
/// @param lanPort where they do; the next free one when it is taken
/// @param proxy an HTTP proxy to go through, unresolved
public record AgentConfig(
    Path data,
    Map<String, Path> runtimes,
    int loopbackPort,
    long fetchBytesPerSecondMax,
    int backoffMaxSeconds,
    boolean isShared,
    int lanPort,
    Optional<InetSocketAddress> proxy) {
  public static final String FILE = "agent.properties";

  public AgentConfig {
    runtimes = Map.copyOf(runtimes);
  }
}
