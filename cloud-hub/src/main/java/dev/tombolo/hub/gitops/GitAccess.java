package dev.tombolo.hub.gitops;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// How the hub gets in at one server: files that an operator has named. They are read for each
/// fetch, so a new token or certificate needs no restart, and what is in them is kept nowhere else.
///
/// @param user who logs in, where there is a password
/// @param passwordFile its content is the password, or a token; without: nobody is logged in
/// @param caFile PEM certificates of authorities, of which the server must have its own; without:
///   those that the hub's Java brings along
public record GitAccess(String user, Optional<Path> passwordFile, Optional<Path> caFile) {
  /// To a public repository.
  public static final GitAccess OPEN = new GitAccess("git", Optional.empty(), Optional.empty());

  private static final int FILE_BYTES_MAX = 1024 * 1024;

  /// A name and a password or token.
  record Login(String user, String password) {
    @Override
    public String toString() {
      return "Login[" + user + ", ***]";
    }
  }

  Optional<Login> login() throws GitFault {
    if (passwordFile.isEmpty()) {
      return Optional.empty();
    }
    Path file = passwordFile.get();
    String named =
        "the password file " + file + ", named in hub.yaml as gitops.hosts passwordFile,";
    try {
      check(file, named);
      if (isForEverybody(file)) {
        throw new GitFault(
            named + " can be read by everybody on the hub's machine: chmod 600 " + file);
      }
      String password = Files.readString(file).strip();
      if (password.isEmpty()) {
        throw new GitFault(named + " is empty; write the password or token into it");
      }
      return Optional.of(new Login(user, password));
    } catch (IOException e) {
      // Its content is not in the message.
      throw new GitFault(named + " cannot be read: " + why(e));
    }
  }

  /// Who may vouch for the server; empty: whoever the hub's Java knows.
  Optional<TrustManager[]> trusted() throws GitFault {
    if (caFile.isEmpty()) {
      return Optional.empty();
    }
    Path file = caFile.get();
    String named = "the CA file " + file + ", named in hub.yaml as gitops.hosts ca,";
    try {
      check(file, named);
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : certificates(file)) {
        store.setCertificateEntry("ca-" + number++, each);
      }
      if (number == 0) {
        throw new GitFault(named + " has no certificate in it; it must be PEM");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return Optional.of(factory.getTrustManagers());
    } catch (CertificateException e) {
      throw new GitFault(named + " is not PEM with certificates");
    } catch (IOException e) {
      throw new GitFault(named + " cannot be read: " + why(e));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java can trust certificates", e);
    }
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws CertificateException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }
  }

  private static void check(Path file, String named) throws IOException, GitFault {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new GitFault(named + " is no such file: it is too large");
    }
  }

  private static boolean isForEverybody(Path file) throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      return permissions.contains(PosixFilePermission.OTHERS_READ);
    } catch (UnsupportedOperationException e) {
      // This file system has other ways to keep people out.
      return false;
    }
  }

  private static String why(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "it does not exist";
      case java.nio.file.AccessDeniedException _ -> "the hub's user may not";
      default -> e.getClass().getSimpleName();
    };
  }
}
