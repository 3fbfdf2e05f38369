package dev.tombolo.bench;

import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.http.api.BundleRow;
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
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

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

  /// Alters what it gives as this bundle.
  void bundle(BundleRow which) throws IOException {
    Path file = shelved(which);
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
  }

  /// And it offers the altered one by its right digest; while it is down.
  void bundleUnderItsName(BundleRow which) throws IOException {
    bundle(which);
    Path file = shelved(which);
    String name = file.getFileName().toString();
    String digest = Digest.of(Files.readAllBytes(file)).hex();
    Files.move(file, file.resolveSibling(name.replace(hex(which), digest)));
  }

  private Path shelved(BundleRow which) throws IOException {
    try (Stream<Path> files = Files.list(hub.folder().resolve("hub/bundles"))) {
      return files.filter(it -> it.toString().endsWith(hex(which))).findFirst().orElseThrow();
    }
  }

  private static String hex(BundleRow which) {
    return Objects.requireNonNull(which.bundle()).replace(Digest.PREFIX, "");
  }

  /// A device has told it of this.
  boolean heard(String what, String detail) throws SQLException {
    try (Connection database = open();
        PreparedStatement select =
            database.prepareStatement(
                "SELECT count(*) FROM happened WHERE what = ? AND detail LIKE ?")) {
      select.setString(1, what);
      select.setString(2, "%" + detail + "%");
      try (ResultSet row = select.executeQuery()) {
        return row.getInt(1) > 0;
      }
    }
  }

  private Path path(Digest digest) {
    return hub.folder().resolve("hub/files/" + digest.hex().substring(0, 2) + "/" + digest.hex());
  }

  /// What somebody does to it.
  interface Change {
    void make() throws SQLException, MalformedException, IOException;
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
