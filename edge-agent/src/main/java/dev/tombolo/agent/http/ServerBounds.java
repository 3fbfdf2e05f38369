package dev.tombolo.agent.http;

/// Bounds of all HTTP servers of this process: `jdk.httpserver` reads them once, when the first of
/// its servers is made. So whoever makes one sets all of them before.
public final class ServerBounds {
  /// Who never closes must not use up the agent's open files.
  public static final int CONNECTIONS_MAX = 128;

  /// Seconds for a whole request, and the handshake before it: who stops half-way keeps no thread.
  private static final int REQUEST_SECONDS_MAX = 10;

  /// Seconds for a whole answer.
  private static final int RESPONSE_SECONDS_MAX = 120;

  private ServerBounds() {}

  public static void set() {
    System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS_MAX));
    System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS_MAX));
    System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(RESPONSE_SECONDS_MAX));
  }
}
