package dev.tombolo.agent.https;

import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// Requests to one peer of the site, at the first of its addresses that answers. Each has a
/// deadline for all of it, handshake and answer: a peer that trickles is as good as one that is
/// silent.
final class PeerLine {
  private static final int CONNECT_MILLIS = 1_000;
  private static final int READ_MILLIS = 5_000;
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int PARTIAL = 206;
  private static final int NOTHING_THERE = 416;
  static final String STANDING = "Tombolo-Standing";
  static final String HOLDS = "Tombolo-Holds";

  private final Peer peer;
  private final PeerSockets sockets;
  private @Nullable String address;

  PeerLine(Peer peer, PeerSockets sockets) {
    this.peer = peer;
    this.sockets = sockets;
  }

  /// What the peer says of the content, and bytes of it where there are any.
  record Answer(PeerAnswer told, @Nullable InputStream body) {}

  /// Of the content, without bytes.
  PeerAnswer ask(Digest content) {
    try {
      return PeerSockets.within(ANSWER_NANOS, () -> answer(connected(content, "HEAD", 0))).told();
    } catch (IOException e) {
      return PeerAnswer.unreachable(peer.device());
    }
  }

  /// @throws IOException when it cannot be reached, or is somebody else
  Answer get(Digest content, long from) throws IOException {
    return PeerSockets.within(ANSWER_NANOS, () -> answer(connected(content, "GET", from)));
  }

  private HttpsURLConnection connected(Digest content, String method, long from)
      throws IOException {
    String known = address;
    if (known != null) {
      return connected(known, content, method, from);
    }
    IOException last = new IOException("it has no address");
    for (String candidate : peer.addresses()) {
      try {
        HttpsURLConnection open = connected(candidate, content, method, from);
        address = candidate;
        return open;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }

  private HttpsURLConnection connected(String at, Digest content, String method, long from)
      throws IOException {
    // Whoever opens a connection without a default gets one made, with all public CAs in memory.
    HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
    HttpsURLConnection open =
        (HttpsURLConnection)
            URI.create("https://" + at + "/v1/content/" + content.hex())
                .toURL()
                .openConnection(Proxy.NO_PROXY);
    open.setSSLSocketFactory(sockets);
    // Known by its key, not by a name.
    open.setHostnameVerifier((host, session) -> true);
    open.setInstanceFollowRedirects(false);
    open.setUseCaches(false);
    open.setConnectTimeout(CONNECT_MILLIS);
    open.setReadTimeout(READ_MILLIS);
    open.setRequestMethod(method);
    if (from > 0) {
      open.setRequestProperty("Range", "bytes=" + from + "-");
    }
    open.connect();
    if (!(open.getServerCertificates()[0] instanceof X509Certificate shown)
        || !peer.keys().contains(SpkiPin.of(shown))) {
      open.disconnect();
      throw new SSLPeerUnverifiedException(at + " is another device than " + peer.device());
    }
    return open;
  }

  private Answer answer(HttpsURLConnection open) throws IOException {
    int status = open.getResponseCode();
    boolean hasBytes = status == PARTIAL;
    if (status != HttpURLConnection.HTTP_OK && !hasBytes && status != NOTHING_THERE) {
      drain(open);
      return new Answer(new PeerAnswer(peer.device(), PeerStanding.HOLDS, 0), null);
    }
    String word = open.getHeaderField(STANDING);
    PeerStanding standing =
        word == null ? PeerStanding.HOLDS : PeerStanding.ofWord(word).orElse(PeerStanding.HOLDS);
    PeerAnswer told =
        new PeerAnswer(peer.device(), standing, Math.max(0, open.getHeaderFieldLong(HOLDS, 0)));
    if (!hasBytes) {
      drain(open);
    }
    return new Answer(told, hasBytes ? open.getInputStream() : null);
  }

  /// So that the connection can be used again.
  private static void drain(HttpsURLConnection open) throws IOException {
    try (InputStream rest = open.getErrorStream()) {
      if (rest != null) {
        rest.readNBytes(1024);
      }
    }
  }
}
