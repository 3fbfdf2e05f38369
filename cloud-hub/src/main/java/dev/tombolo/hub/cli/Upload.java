package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Progress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file on its way to the hub, counted as it goes.
final class Upload {
  private Upload() {}

  static BodyPublisher of(Path file, Progress progress) throws IOException {
    long size = Files.size(file);
    return size == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> counted(file, progress)), size);
  }

  private static InputStream counted(Path file, Progress progress) {
    try {
      return new FilterInputStream(Files.newInputStream(file)) {
        @Override
        public int read(byte[] into, int from, int length) throws IOException {
          int read = super.read(into, from, length);
          progress.add(Math.max(0, read));
          return read;
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
