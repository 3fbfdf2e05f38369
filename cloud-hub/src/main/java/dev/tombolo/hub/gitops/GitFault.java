package dev.tombolo.hub.gitops;

/// Why a repository, or a commit of it, is not taken. The message is for people.
public final class GitFault extends Exception {
  private static final long serialVersionUID = 1;

  private final String file;
  private final int line;

  public static GitFault of(String what) {
    return new GitFault(what);
  }

  GitFault(String what) {
    this("", 0, what);
  }

  GitFault(String file, int line, String what) {
    super(what);
    this.file = file;
    this.line = line;
  }

  /// In the repository; empty when it is about no one file.
  public String file() {
    return file;
  }

  /// From 1; 0: the whole file.
  public int line() {
    return line;
  }
}
