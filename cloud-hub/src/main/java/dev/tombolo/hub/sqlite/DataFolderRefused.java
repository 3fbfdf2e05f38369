package dev.tombolo.hub.sqlite;

/// The data folder cannot be used by this program; the message says why and what to do.
public final class DataFolderRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DataFolderRefused(String message) {
    super(message);
  }
}
