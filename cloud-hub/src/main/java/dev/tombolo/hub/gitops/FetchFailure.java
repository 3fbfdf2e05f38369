package dev.tombolo.hub.gitops;

import dev.tombolo.protocol.reason.Quoted;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;

/// What a person is told of a fetch that failed: what happened, and what to do.
///
/// @param server as hub.yaml names it, `git.example.com` or `git.example.com:8443`
/// @param heard what the server answered last
record FetchFailure(String server, GitAccess access, BoundedHttp.Heard heard, Throwable cause) {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY = 429;

  String words() {
    return ofTheServer().or(this::ofTheCertificate).or(this::ofTheWay).orElseGet(this::asItIs);
  }

  private Optional<String> ofTheServer() {
    int status = heard.status();
    if (status == UNAUTHORIZED) {
      return Optional.of(
          access
              .passwordFile()
              .map(
                  file ->
                      server
                          + " does not let '"
                          + access.user()
                          + "' in with what is in "
                          + file
                          + ": write a password or token into it that may read the repository, or"
                          + " mend user in hub.yaml")
              .orElse(server + " wants a login: " + howToLogIn()));
    }
    if (status == FORBIDDEN) {
      return Optional.of(
          server
              + " refuses to show the repository"
              + access
                  .passwordFile()
                  .map(
                      file ->
                          " to '"
                              + access.user()
                              + "': whoever the token in "
                              + file
                              + " belongs to must be let read it there")
                  .orElse(" (403): " + howToLogIn()));
    }
    if (status == NOT_FOUND) {
      return Optional.of(
          "there is no such repository on "
              + server
              + access
                  .passwordFile()
                  .map(
                      file ->
                          ", or '"
                              + access.user()
                              + "' may not see it: look at the url, and at what the token in "
                              + file
                              + " may read")
                  .orElse(
                      ", or it is private: look at the url; for a private one, " + howToLogIn()));
    }
    if (status >= 300 && status < 400) {
      return Optional.of(redirected());
    }
    if (status == TOO_MANY || status >= 500) {
      return Optional.of(
          server + " answered with status " + status + "; it is asked again at the next interval");
    }
    return Optional.empty();
  }

  private String howToLogIn() {
    return "name a file with a password or token in hub.yaml: gitops: {hosts: [{host: "
        + server
        + ", user: git, passwordFile: /etc/tombolo/git.token}]}";
  }

  private String redirected() {
    String to = heard.location();
    String said =
        server
            + " sends the hub on"
            + (to.isEmpty() ? "" : " to " + to)
            + ", and the hub follows nobody: ";
    Optional<String> other = serverOf(to).filter(it -> !it.equalsIgnoreCase(server));
    return said
        + other
            .map(
                it ->
                    "if that is right, write that url into the application, and allow "
                        + it
                        + " in hub.yaml: gitops: {hosts: [{host: "
                        + it
                        + "}]}")
            .orElse("write the url that it says into the application");
  }

  private static Optional<String> serverOf(String location) {
    try {
      return Optional.ofNullable(new URI(location).getRawAuthority());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private Optional<String> ofTheCertificate() {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateExpiredException) {
        return Optional.of(
            "the certificate of "
                + server
                + ", or its CA's, has expired: have it renewed there; nothing is fetched until then");
      }
      if (each instanceof CertificateNotYetValidException) {
        return Optional.of(
            "the certificate of "
                + server
                + " is not valid yet: look at the clocks of both machines");
      }
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertPathBuilderException || each instanceof CertPathValidatorException) {
        return Optional.of(
            access
                .caFile()
                .map(
                    file ->
                        "the certificate of " + server + " is of no CA in " + file + ": put it in")
                .orElse(
                    "the certificate of "
                        + server
                        + " is of a CA that is not known here: name that CA's certificate, a PEM"
                        + " file, in hub.yaml: gitops: {hosts: [{host: "
                        + server
                        + ", ca: /etc/tombolo/git-ca.pem}]}"));
      }
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException) {
        return Optional.of(
            "the certificate of "
                + server
                + " is for another name ("
                + Quoted.of(String.valueOf(each.getMessage()).replaceAll("\\.$", ""))
                + "): write the name that is in it into the url and into hub.yaml, or have it"
                + " renewed with this one");
      }
      if (each instanceof SSLException && each.getCause() == null) {
        return Optional.of(
            "there is no safe way to talk with "
                + server
                + " ("
                + Quoted.of(String.valueOf(each.getMessage()))
                + "): does it speak https at that port?");
      }
    }
    return Optional.empty();
  }

  private Optional<String> ofTheWay() {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      switch (each) {
        case NoRemoteRepositoryException _ -> {
          return Optional.of("there is no repository there, or the hub's user may not read it");
        }
        case UnknownHostException _ -> {
          return Optional.of(
              "no machine is called " + server + ": look at the url, and at the hub's name server");
        }
        case ConnectException _, NoRouteToHostException _ -> {
          return Optional.of(
              server
                  + " cannot be reached ("
                  + Quoted.of(String.valueOf(each.getMessage()))
                  + "); it is tried again");
        }
        case SocketTimeoutException _ -> {
          return Optional.of(
              server + " does not answer in time (gitops.timeout in hub.yaml); it is tried again");
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  private String asItIs() {
    Throwable root = cause;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String why = String.valueOf(cause.getMessage());
    String deepest = String.valueOf(root.getMessage());
    return "cannot be fetched: "
        + Quoted.of(why + (why.contains(deepest) ? "" : " (" + deepest + ")"));
  }
}
