package dev.tombolo.bench.demo;

import java.nio.file.Files;

/// Step 1: a hub on an empty folder, and a publisher whose key the hub never sees signs a real
/// model, for which no hub is needed. The hub packs it while the shops join.
final class HubStarts implements Step {
  @Override
  public String name() {
    return "hub-starts";
  }

  @Override
  public String title() {
    return "A hub on an empty data folder; a publisher signs a real model (34 MB, ONNX)";
  }

  @Override
  public void play(Town town) throws Exception {
    town.hub().begin(town.shell());
    town.shell().tombolo("keys", "new", "--out", "publisher");
    town.sign(town.models().first());
    town.hub().awaitReady(town.shell());
    town.claim(
        "the hub made its own CA and database",
        Files.exists(town.hub().data().resolve("ca"))
            && Files.exists(town.hub().data().resolve("hub.db")));
    town.shell().tombolo("keys", "trust", "publisher.root.json");
    town.claim(
        "the publisher's key stays outside the hub's data",
        Files.exists(town.folder().resolve("publisher.key")));
    town.push(town.models().first());
  }
}
