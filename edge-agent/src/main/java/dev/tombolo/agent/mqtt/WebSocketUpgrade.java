package dev.tombolo.agent.mqtt;

import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// The client's half of the opening handshake (RFC 6455 s. 4), subprotocol `mqtt`.
final class WebSocketUpgrade {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int SERVICE_UNAVAILABLE = 503;

  private WebSocketUpgrade() {}

  static void perform(LinkUrl url, InputStream in, OutputStream out, SecureRandom random)
      throws IOException {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    String request =
        "GET "
            + url.path()
            + " HTTP/1.1\r\n"
            + "Host: "
            + url.authority()
            + "\r\n"
            + "Upgrade: websocket\r\n"
            + "Connection: Upgrade\r\n"
            + "Sec-WebSocket-Key: "
            + key
            + "\r\n"
            + "Sec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    HttpHead head = HttpHead.read(in);
    if (head.status() != SWITCHING_PROTOCOLS) {
      throw refused(head);
    }
    check(head, "upgrade", "websocket");
    check(head, "connection", "upgrade");
    check(head, "sec-websocket-protocol", "mqtt");
    if (!head.field("sec-websocket-accept").equals(acceptOf(key))) {
      throw new IOException("the hub's answer to the upgrade does not fit our key");
    }
  }

  static String acceptOf(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] hash = sha1.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  static LinkRefusedException refused(HttpHead head) {
    String message = "the hub answered the upgrade with '" + Quoted.of(head.statusLine()) + "'";
    int retryAfter = head.retryAfterSeconds();
    Reason reason =
        head.status() == SERVICE_UNAVAILABLE
            ? new Reason.Busy(retryAfter)
            : new Reason.LineDown(0, message);
    return new LinkRefusedException(message, reason, retryAfter);
  }

  private static void check(HttpHead head, String field, String wanted) throws IOException {
    if (!head.field(field).equalsIgnoreCase(wanted)) {
      throw new IOException(
          "the hub's answer to the upgrade has "
              + field
              + " '"
              + Quoted.of(head.field(field))
              + "', not '"
              + wanted
              + "'");
    }
  }
}
