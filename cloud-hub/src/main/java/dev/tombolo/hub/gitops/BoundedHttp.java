package dev.tombolo.hub.gitops;

import dev.tombolo.protocol.reason.Quoted;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.security.GeneralSecurityException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/// HTTP connections of one fetch, which together receive only so much, and lead to one server only:
/// a repository may name others that have its objects, and they would be asked with its password.
final class BoundedHttp implements HttpConnectionFactory {
  private final HttpConnectionFactory real = new JDKHttpConnectionFactory();
  private final URL from;
  private final TrustManager @Nullable [] trusted;
  private final AtomicLong left;
  private volatile Heard heard = Heard.NOTHING;

  /// What the server answered last.
  ///
  /// @param status 0: no answer came
  /// @param location where it sends the hub on; empty: nowhere
  record Heard(int status, String location) {
    static final Heard NOTHING = new Heard(0, "");
  }

  /// @param from the repository's
  /// @param trusted who may vouch for the server; null: whoever this Java knows
  BoundedHttp(URL from, long bytesMax, TrustManager @Nullable [] trusted) {
    this.from = from;
    this.trusted = trusted;
    this.left = new AtomicLong(bytesMax);
  }

  Heard heard() {
    return heard;
  }

  boolean isExceeded() {
    return left.get() < 0;
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    check(url);
    return bounded(trusting(real.create(url)));
  }

  @Override
  public HttpConnection create(URL url, java.net.Proxy proxy) throws IOException {
    check(url);
    return bounded(trusting(real.create(url, proxy)));
  }

  private void check(URL url) throws IOException {
    boolean isSameServer =
        from.getProtocol().equals(url.getProtocol())
            && from.getHost().equalsIgnoreCase(url.getHost())
            && portOf(from) == portOf(url);
    if (!isSameServer) {
      throw new IOException("the repository leads to another server, " + url.getAuthority());
    }
  }

  private static int portOf(URL url) {
    return url.getPort() < 0 ? url.getDefaultPort() : url.getPort();
  }

  private HttpConnection trusting(HttpConnection connection) throws IOException {
    if (trusted != null) {
      try {
        connection.configure(null, trusted, null);
      } catch (GeneralSecurityException e) {
        throw new IOException("this Java has no TLS", e);
      }
    }
    return connection;
  }

  private HttpConnection bounded(HttpConnection connection) {
    return (HttpConnection)
        Proxy.newProxyInstance(
            HttpConnection.class.getClassLoader(),
            new Class<?>[] {HttpConnection.class},
            (proxy, method, args) -> {
              try {
                Object result = method.invoke(connection, args);
                if (method.getName().equals("getResponseCode") && result instanceof Integer code) {
                  heard = new Heard(code, location(connection));
                }
                return result instanceof InputStream in ? new Counted(in) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /// Without a user, a password or anything else that is in it.
  private static String location(HttpConnection connection) {
    String said = connection.getHeaderField("Location");
    try {
      URI to = said == null ? null : new URI(said);
      return to == null || to.getHost() == null || to.getScheme() == null
          ? ""
          : Quoted.of(
              to.getScheme()
                  + "://"
                  + to.getHost()
                  + (to.getPort() < 0 ? "" : ":" + to.getPort())
                  + to.getRawPath());
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count(Math.max(0, read));
      return read;
    }

    private void count(int bytes) throws IOException {
      if (left.addAndGet(-bytes) < 0) {
        throw new IOException("the repository sends more than it may");
      }
    }
  }
}
