package dev.tombolo.hub.net;

import dev.tombolo.protocol.Limits;

/// Bounds of the edge port beyond [dev.tombolo.protocol.Limits]. Times are milliseconds.
final class EdgeBounds {
  /// How often each event loop looks at its lines' deadlines.
  static final long SWEEP_MILLIS = 250;

  /// From accept to the end of the TLS handshake.
  static final long HANDSHAKE_MILLIS = 5_000;

  /// From the handshake's end to a whole CONNECT, or a whole HTTP header.
  static final long OPENING_MILLIS = Limits.CONNECT_WAIT_MAX.toMillis();

  /// A request's body, after its header.
  static final long BODY_MILLIS = 20_000;

  /// An HTTP line between two requests.
  static final long IDLE_MILLIS = 60_000;

  /// A download that takes no byte for so long is dropped; the device resumes it.
  static final long DOWNLOAD_STALL_MILLIS = 120_000;

  /// How long the hub's loop may take to answer a CONNECT or an enrolment.
  static final long ANSWER_MILLIS = 30_000;

  /// How long a session's events may wait for room in the hub's inbox.
  static final long INBOX_WAIT_MILLIS = 10_000;

  /// How long a refused line may take to read why.
  static final long FAREWELL_MILLIS = 2_000;

  /// QoS 1 publishes of one device that the hub has not yet acknowledged (Receive Maximum).
  static final int RECEIVE_MAX = 16;

  /// Packets a device may send behind its CONNECT before the hub has answered it.
  static final int EARLY_PACKETS_MAX = 16;

  /// What one device has said and the hub's loop has not decided yet; beyond it the line is not
  /// read.
  static final int UNDECIDED_BYTES_MAX = 1024 * 1024;

  /// WebSocket pings before the hub has let anybody in; a client that opens its line needs none.
  static final int EARLY_PINGS_MAX = 4;

  /// A device that takes no larger packets could not even be told that its reports are kept.
  static final int DEVICE_PACKET_BYTES_MIN = 256;

  /// Of one SUBSCRIBE or UNSUBSCRIBE, so that the answer is small. There are four topics.
  static final int FILTERS_MAX = 16;

  /// Answers to pings of one device in one flush.
  static final int PONGS_AT_ONCE_MAX = 16;

  /// Parts of a desired update on their way to one device.
  static final int PARTS_IN_FLIGHT_MAX = 4;

  /// Requests waiting for the hub's loop, over all lines.
  static final int REQUESTS_MAX = 10_000;

  /// Lines whose TLS handshake or first packet is not there yet; further ones wait in the kernel.
  static final int HALF_OPEN_MAX = 4_096;

  /// Lines of those who have shown no certificate that is served.
  static final int STRANGER_LINES_MAX = 4_096;

  static final int STRANGER_LINES_PER_HOST_MAX = 1_024;

  /// Lines of one device; the oldest goes that is not its MQTT line. An agent has one of these, one
  /// download, a question or two, and what a broken line has left.
  static final int DEVICE_LINES_MAX = 16;

  static final int HTTP_LINE_BYTES_MAX = 4 * 1024;
  static final int HTTP_HEADER_BYTES_MAX = 8 * 1024;
  static final int FILE_CHUNK_BYTES = 16 * 1024;

  /// Told to a peer that comes too early, seconds, before jitter.
  static final int RETRY_AFTER_SECONDS = 5;

  /// Audit lines from strangers without a certificate, per second.
  static final int STRANGER_AUDITS_PER_SECOND = 20;

  /// Challenges, recoveries and questions for the time of one remote network; a shop's devices may
  /// share one. More are told to come back after [#RECOVER_RETRY_SECONDS].
  static final int RECOVERS_PER_MINUTE = 120;

  static final int RECOVER_RETRY_SECONDS = 30;

  private EdgeBounds() {}
}
