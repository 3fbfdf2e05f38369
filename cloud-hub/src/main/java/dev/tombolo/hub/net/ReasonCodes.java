package dev.tombolo.hub.net;

import dev.tombolo.protocol.reason.Reason;

/// MQTT 5 reason codes (s. 2.4), and which of them says a [Reason].
final class ReasonCodes {
  static final int SUCCESS = 0x00;
  static final int UNSPECIFIED = 0x80;
  static final int MALFORMED_PACKET = 0x81;
  static final int PROTOCOL_ERROR = 0x82;
  static final int UNSUPPORTED_VERSION = 0x84;
  static final int CLIENT_ID_NOT_VALID = 0x85;
  static final int NOT_AUTHORIZED = 0x87;
  static final int SERVER_UNAVAILABLE = 0x88;
  static final int SERVER_BUSY = 0x89;
  static final int SHUTTING_DOWN = 0x8b;
  static final int BAD_AUTHENTICATION_METHOD = 0x8c;
  static final int KEEP_ALIVE_TIMEOUT = 0x8d;
  static final int TAKEN_OVER = 0x8e;
  static final int TOPIC_FILTER_INVALID = 0x8f;
  static final int TOPIC_NAME_INVALID = 0x90;
  static final int RECEIVE_MAX_EXCEEDED = 0x93;
  static final int TOPIC_ALIAS_INVALID = 0x94;
  static final int PACKET_TOO_LARGE = 0x95;
  static final int QUOTA_EXCEEDED = 0x97;
  static final int PAYLOAD_INVALID = 0x99;
  static final int RETAIN_NOT_SUPPORTED = 0x9a;
  static final int QOS_NOT_SUPPORTED = 0x9b;

  private ReasonCodes() {}

  /// The code for what the hub decided, in CONNACK and DISCONNECT alike.
  static int of(Reason reason) {
    if (reason instanceof Reason.Busy) {
      return SERVER_BUSY;
    } else if (reason instanceof Reason.Conflict) {
      return TAKEN_OVER;
    } else if (reason instanceof Reason.LimitExceeded) {
      return QUOTA_EXCEEDED;
    } else if (reason instanceof Reason.Malformed) {
      return PAYLOAD_INVALID;
    }
    return NOT_AUTHORIZED;
  }

  /// What a CONNACK says instead of a code that only other packets have (MQTT 5 s. 3.2.2.2).
  static int forConnack(int code) {
    return switch (code) {
      case RECEIVE_MAX_EXCEEDED -> QUOTA_EXCEEDED;
      case SHUTTING_DOWN -> SERVER_UNAVAILABLE;
      case KEEP_ALIVE_TIMEOUT, TAKEN_OVER, TOPIC_FILTER_INVALID, TOPIC_ALIAS_INVALID -> UNSPECIFIED;
      default -> code;
    };
  }
}
