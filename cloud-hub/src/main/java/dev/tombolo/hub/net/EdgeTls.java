package dev.tombolo.hub.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.io.ByteArrayInputStream;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/// TLS 1.3 with the hub's certificate; a client certificate is asked for but need not be shown.
/// BoringSSL where its native library loads, else the JDK. No session tickets: resuming would skip
/// the look at the certificate, and costs more bytes than it saves here.
public final class EdgeTls {
  static {
    // Read by the JDK's TLS at its first use.
    System.setProperty("jdk.tls.server.newSessionTicketCount", "0");
  }

  private final SslContext context;
  private final boolean isNative;

  private EdgeTls(SslContext context, boolean isNative) {
    this.context = context;
    this.isNative = isNative;
  }

  /// @param chain leaf first, then the root that signed it, or the way to the oldest root in
  ///   service
  /// @param roots whose signatures on devices' certificates count
  public static EdgeTls create(PrivateKey key, X509Certificate[] chain, List<X509Certificate> roots)
      throws SSLException {
    boolean isNative = OpenSsl.isAvailable() && SslProvider.isTlsv13Supported(SslProvider.OPENSSL);
    SslContext context =
        SslContextBuilder.forServer(key, chain)
            .sslProvider(isNative ? SslProvider.OPENSSL : SslProvider.JDK)
            .protocols("TLSv1.3")
            .clientAuth(ClientAuth.OPTIONAL)
            .trustManager(new OurClients(roots))
            .build();
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    return new EdgeTls(context, isNative);
  }

  public boolean isNative() {
    return isNative;
  }

  SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = context.newHandler(allocator);
    // Our own sweep watches the handshake; no timer per line.
    handler.setHandshakeTimeoutMillis(0);
    handler.setCloseNotifyFlushTimeoutMillis(EdgeBounds.FAREWELL_MILLIS);
    if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
      // On the engine: on the context it crashes the JVM.
      SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
    return handler;
  }

  /// The peer's identity, after the handshake. Empty without a device's certificate. Looks into a
  /// copy of the certificate: the session keeps its own for as long as the line lives, and with
  /// Netty's OpenSSL engine as plain bytes, unless somebody looks into it.
  static Optional<PeerIdentity> peerOf(SSLEngine engine) {
    try {
      Certificate shown = engine.getSession().getPeerCertificates()[0];
      return parsed(shown.getEncoded()) instanceof X509Certificate certificate
          ? PeerIdentity.of(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      return Optional.empty();
    }
  }

  private static Certificate parsed(byte[] der) throws CertificateException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(der));
  }
}
