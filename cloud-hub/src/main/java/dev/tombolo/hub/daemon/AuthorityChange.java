package dev.tombolo.hub.daemon;

import dev.tombolo.hub.audit.AuditLine;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.OfflineAudit;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.sqlite.DataFolderRefused;
import dev.tombolo.hub.sqlite.DatabaseDamaged;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.x509.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// Changes to the CA of a hub that does not run; each leaves a line in its audit.
public final class AuthorityChange {
  private AuthorityChange() {}

  /// @param before and `after`: the root's or the document key's digest, hex
  /// @param rootsInService with the new one
  public record Changed(String before, String after, int rootsInService) {}

  /// Makes a new root; see [CertificateAuthority#rotate].
  ///
  /// @param by who does it, for the audit
  /// @throws IOException in words for the operator: the hub runs, ...
  public static Changed rotateRoot(Path data, Duration budget, String by, Instant now)
      throws IOException {
    try (DataFolder folder = hold(data)) {
      String before = CertificateAuthority.open(folder.authority(), now).rootKeyDigest().hex();
      CertificateAuthority rotated = CertificateAuthority.rotate(folder.authority(), now, budget);
      Changed changed = new Changed(before, rotated.rootKeyDigest().hex(), rotated.roots().size());
      note(folder, "ca-rotate", changed, by, now);
      return changed;
    }
  }

  /// Makes a new key for desired documents.
  public static Changed rotateDocumentKey(Path data, String by, Instant now) throws IOException {
    try (DataFolder folder = hold(data)) {
      CertificateAuthority authority = CertificateAuthority.open(folder.authority(), now);
      String before = authority.documentKey(now).keyId();
      String after = authority.newDocumentKey(now).keyId();
      Changed changed = new Changed(before, after, authority.roots().size());
      note(folder, "document-key-rotate", changed, by, now);
      return changed;
    }
  }

  private static DataFolder hold(Path data) throws IOException {
    if (!Files.exists(data.resolve("hub.db"))) {
      throw new IOException(data + " is not the data folder of a hub: it has no hub.db");
    }
    return DataFolder.hold(data);
  }

  private static void note(
      DataFolder folder, String action, Changed changed, String by, Instant now)
      throws IOException {
    try (SqliteHubStore store = SqliteHubStore.open(folder.database())) {
      HubStore.Batch batch = store.begin();
      batch.savepoint();
      batch.apply(
          OfflineAudit.line(
              store.load(),
              new AuditLine(
                  Principal.HUB.name(),
                  action,
                  "ca",
                  "{\"key\":\"" + changed.before() + "\"}",
                  "{\"by\":\"" + word(by) + "\",\"key\":\"" + changed.after() + "\"}"),
              now.toEpochMilli()));
      batch.commit();
    } catch (DatabaseDamaged e) {
      throw new IOException(
          "it is done, but could not be written to the audit: hub.db is damaged: "
              + e.getMessage()
              + "; start the hub, it says what to do",
          e);
    } catch (StoreFailure | DataFolderRefused e) {
      throw new IOException(
          "it is done, but could not be written to the audit: " + e.getMessage(), e);
    }
  }

  /// Names of users are words; whatever else came is not worth an escape.
  private static String word(String text) {
    return text.replaceAll("[^A-Za-z0-9._@-]", "_");
  }
}
