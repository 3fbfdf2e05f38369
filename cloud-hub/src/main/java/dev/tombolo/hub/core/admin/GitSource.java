package dev.tombolo.hub.core.admin;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.regex.Pattern;

/// A folder of a branch of a Git repository, from which an application and its fleet are applied.
///
/// @param path of the folder; empty: the repository's root
/// @param intervalMillis how often it is looked at
public record GitSource(String url, String branch, String path, long intervalMillis) {
  public static final long INTERVAL_MILLIS_USUAL = 60_000;
  public static final long INTERVAL_MILLIS_MIN = 1_000;
  public static final long INTERVAL_MILLIS_MAX = 24 * 3_600_000L;
  public static final String BRANCH_USUAL = "main";

  private static final int PORT_USUAL = 443;
  private static final int URL_CHARACTERS_MAX = 1_024;
  private static final int PATH_CHARACTERS_MAX = 512;
  private static final Pattern BRANCH = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*");

  /// @throws IllegalArgumentException with what to write instead
  public GitSource {
    url(url);
    branch(branch);
    path(path);
    if (intervalMillis < INTERVAL_MILLIS_MIN || intervalMillis > INTERVAL_MILLIS_MAX) {
      throw new IllegalArgumentException("an interval is 1s to 1d");
    }
  }

  /// @throws IllegalArgumentException when it is not a repository's URL
  public static String url(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw wrongUrl();
    }
    boolean isRemote =
        "https".equals(url.getScheme()) && url.getHost() != null && url.getUserInfo() == null;
    boolean isFolder =
        "file".equals(url.getScheme()) && url.getRawAuthority() == null && url.getPath() != null;
    boolean isPlain =
        url.getRawQuery() == null
            && url.getRawFragment() == null
            && url.getPath() != null
            && url.getPath().length() > 1
            && url.getPath().equals(url.getRawPath())
            && url.normalize().equals(url)
            && text.length() <= URL_CHARACTERS_MAX;
    if (!isPlain || !(isRemote || isFolder)) {
      throw wrongUrl();
    }
    return text;
  }

  private static IllegalArgumentException wrongUrl() {
    return new IllegalArgumentException(
        "not a repository's URL; write https://HOST/PATH, without a user or a password in it"
            + " (hub.yaml names the file that has them)");
  }

  /// @throws IllegalArgumentException when no branch can have this name
  public static String branch(String text) {
    boolean isOne =
        BRANCH.matcher(text).matches()
            && !text.contains("..")
            && !text.contains("//")
            && !text.endsWith("/")
            && !text.endsWith(".")
            && !text.endsWith(".lock");
    if (!isOne) {
      throw new IllegalArgumentException("'" + text + "' is not a branch's name, like main");
    }
    return text;
  }

  /// @throws IllegalArgumentException when it leads out of the repository, or is none
  public static String path(String text) {
    boolean isOne =
        text.isEmpty()
            || (text.length() <= PATH_CHARACTERS_MAX
                && PATH.matcher(text).matches()
                && !List.of(text.split("/")).contains("..")
                && !List.of(text.split("/")).contains("."));
    if (!isOne) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a folder in the repository; write it like deploy/shops");
    }
    return text;
  }

  /// `git.example.com`, with the port behind it when that is not 443; empty for a folder.
  public String server() {
    URI at = URI.create(url);
    String host = at.getHost() == null ? "" : at.getHost();
    return at.getPort() < 0 || at.getPort() == PORT_USUAL ? host : host + ":" + at.getPort();
  }

  public boolean isFolder() {
    return url.startsWith("file:");
  }

  /// `git.example.com/shops.git@main`, as it stands in the audit.
  public String where() {
    return server() + URI.create(url).getPath() + "@" + branch;
  }

  /// Whether both take the same files.
  public boolean isSamePlace(GitSource other) {
    return url.equals(other.url) && branch.equals(other.branch) && path.equals(other.path);
  }
}
