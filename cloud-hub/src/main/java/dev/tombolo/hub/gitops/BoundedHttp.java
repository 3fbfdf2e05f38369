package dev.tombolo.hub.gitops;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/// HTTP connections of one fetch, which together receive only so much, and lead to one server only:
/// a repository may name others that have its objects, and they would be asked with its password.
final class BoundedHttp implements HttpConnectionFactory {
  private final HttpConnectionFactory real = new JDKHttpConnectionFactory();
  private final URL from;
  private final AtomicLong left;

  /// @param from the repository's
  BoundedHttp(URL from, long bytesMax) {
    this.from = from;
    this.left = new AtomicLong(bytesMax);
  }

  boolean isExceeded() {
    return left.get() < 0;
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    check(url);
    return bounded(real.create(url));
  }

  @Override
  public HttpConnection create(URL url, java.net.Proxy proxy) throws IOException {
    check(url);
    return bounded(real.create(url, proxy));
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

  private HttpConnection bounded(HttpConnection connection) {
    return (HttpConnection)
        Proxy.newProxyInstance(
            HttpConnection.class.getClassLoader(),
            new Class<?>[] {HttpConnection.class},
            (proxy, method, args) -> {
              try {
                Object result = method.invoke(connection, args);
                return result instanceof InputStream in ? new Counted(in) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
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
