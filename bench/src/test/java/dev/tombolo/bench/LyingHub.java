package dev.tombolo.bench;

import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.function.UnaryOperator;

/// A hub whose disk somebody alters while it is down. It signs what it then believes.
record LyingHub(RunningHub hub) {

  Envelope envelope(String version) throws SQLException, MalformedException {
    try (Connection database = open();
        PreparedStatement select =
            database.prepareStatement("SELECT envelope FROM releases WHERE version = ?")) {
      select.setString(1, version);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("the hub has no release " + version);
        }
        return Json.read(Envelope.class, row.getString(1), Limits.SECTION_BYTES_MAX);
      }
    }
  }

  /// What it sends as this release; while it is down.
  void envelope(String version, UnaryOperator<Envelope> lie)
      throws SQLException, MalformedException {
    String text = Json.write(lie.apply(envelope(version)));
    update("UPDATE releases SET envelope = ? WHERE version = ?", text, version);
  }

  /// And it believes that this is the release's digest; while it is down.
  void envelopeAndDigest(String version, UnaryOperator<Envelope> lie)
      throws SQLException, MalformedException {
    Envelope lied = lie.apply(envelope(version));
    update(
        "UPDATE releases SET envelope = ?, digest = ? WHERE version = ?",
        Json.write(lied),
        Digest.of(Base64.getDecoder().decode(lied.payload())).text(),
        version);
  }

  /// It believes that somebody selected this release, with these parameters.
  void selection(String application, String version, String parameters) throws Exception {
    String digest = Digest.of(Base64.getDecoder().decode(envelope(version).payload())).text();
    whileDown(
        () -> {
          update("UPDATE applications SET parameters = ? WHERE name = ?", parameters, application);
          update(
              "UPDATE assignments SET version = ?, release = ? WHERE application = ?",
              version,
              digest,
              application);
        });
  }

  byte[] file(Digest digest) {
    try {
      return Files.readAllBytes(path(digest));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What it serves under this digest.
  void file(Digest digest, byte[] content) throws IOException {
    Path file = path(digest);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.write(file, content);
  }

  private Path path(Digest digest) {
    return hub.folder().resolve("hub/files/" + digest.hex().substring(0, 2) + "/" + digest.hex());
  }

  /// What somebody does to it.
  interface Change {
    void make() throws SQLException, MalformedException;
  }

  /// Stops it and starts it again.
  void whileDown(Change change) throws Exception {
    hub.stop();
    change.make();
    hub.startAgain();
  }

  private void update(String sql, String... values) throws SQLException {
    try (Connection database = open();
        PreparedStatement update = database.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        update.setString(i + 1, values[i]);
      }
      if (update.executeUpdate() != 1) {
        throw new IllegalStateException("nothing to lie about: " + sql);
      }
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + hub.folder().resolve("hub/hub.db"));
  }
}
