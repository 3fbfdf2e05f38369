package dev.tombolo.agent.core;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.nio.file.Path;

/// Where the agent keeps what, below its data folder.
public record AgentFolders(Path data) {

  /// Key, requests and certificates.
  public Path identity() {
    return data.resolve("identity");
  }

  /// The file store: whole files by the hex of their digest, and `{hex}.part` while they grow.
  public Path files() {
    return data.resolve("files");
  }

  public Path file(Digest digest) {
    return files().resolve(digest.hex());
  }

  public Path partialFile(Digest digest) {
    return files().resolve(digest.hex() + ".part");
  }

  /// What a bundle has made, each file by the hex of its digest, until it is in the store.
  public Path madeBy(Digest bundle) {
    return files().resolve(bundle.hex() + ".made");
  }

  /// Where a bundle is being applied.
  public Path makingBy(Digest bundle) {
    return files().resolve("." + bundle.hex() + ".made.applying");
  }

  /// Offline kits that have not done yet what they can: a folder each, there whole or not at all.
  public Path kits() {
    return data.resolve("kits");
  }

  public Path releases() {
    return data.resolve("releases");
  }

  public Path release(Digest release) {
    return releases().resolve(release.hex());
  }

  public Path applications() {
    return data.resolve("apps");
  }

  public Path application(Name name) {
    return applications().resolve(name.text());
  }

  /// The link onto the release in force.
  public Path current(Name name) {
    return application(name).resolve("current");
  }

  /// The workload's own writable folder, kept over releases.
  public Path work(Name name) {
    return application(name).resolve("work");
  }

  /// What the workload prints.
  public Path output(Name name) {
    return application(name).resolve("output.log");
  }
}
