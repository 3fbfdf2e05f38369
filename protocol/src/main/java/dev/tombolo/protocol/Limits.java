package dev.tombolo.protocol;

import java.time.Duration;

/// The bounds of the wire and of what is signed. Both ends check them; a peer that exceeds one is
/// refused with the name of the bound. Sizes are bytes.
public final class Limits {
  /// Integers in JSON (RFC 7493 s. 2.2), in either direction.
  public static final long INTEGER_MAX = (1L << 53) - 1;

  public static final int CONNECT_BYTES_MAX = 8 * 1024;
  public static final Duration CONNECT_WAIT_MAX = Duration.ofSeconds(5);
  public static final int PACKET_BYTES_MAX = 256 * 1024;
  public static final int MANIFEST_BYTES_MAX = 16 * 1024;
  public static final int SECTION_BYTES_MAX = 128 * 1024;
  public static final int SECTIONS_MAX = 64;
  public static final int TOPIC_BYTES_MAX = 256;

  /// Devices that share what they fetch, the device itself among them.
  public static final int PEERS_MAX = 16;

  /// Addresses of one device inside its site.
  public static final int LAN_ADDRESSES_MAX = 4;

  public static final int ENROL_BODY_BYTES_MAX = 16 * 1024;

  /// Bytes waiting to be sent to one device; beyond it the session is closed as a slow consumer.
  public static final int DEVICE_QUEUE_BYTES_MAX = 1024 * 1024;

  /// Bytes waiting to be sent to all devices together.
  public static final long ALL_QUEUES_BYTES_MAX = 256L * 1024 * 1024;

  /// One report row's body.
  public static final int REPORT_BODY_BYTES_MAX = 32 * 1024;

  public static final int REPORT_ROWS_MAX = 500;

  /// Payload of a release manifest, so that its envelope fits a section.
  public static final int RELEASE_MANIFEST_BYTES_MAX = 64 * 1024;

  public static final int RELEASE_FILES_MAX = 512;
  public static final int RELEASE_VARIANTS_MAX = 16;
  public static final int ARGV_MAX = 128;
  public static final int TOKEN_CHARS_MAX = 1024;
  public static final int TOKEN_USES_MAX = 500;
  public static final Duration TOKEN_LIFE_MAX = Duration.ofDays(7);
  public static final Duration TOKEN_SLOT_LIFE_MAX = Duration.ofDays(90);
  public static final Duration TOKEN_REPEAT_WINDOW = Duration.ofHours(24);
  public static final Duration CERTIFICATE_LIFE = Duration.ofDays(45);
  public static final Duration CERTIFICATE_RENEW_AFTER = Duration.ofDays(30);

  /// How long a device may have been without a valid certificate and still get one by itself,
  /// unless the hub is told otherwise.
  public static final Duration OFFLINE_BUDGET = Duration.ofDays(800);

  public static final Duration CHALLENGE_LIFE = Duration.ofMinutes(2);

  private Limits() {}
}
