package dev.tombolo.hub.http;

import dev.tombolo.hub.core.FileDepot;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Release files on their way in, and out into kits. `HEAD` tells whether one is there; `PUT`
/// streams it to the depot, `GET` from there.
final class FileRoutes {
  private final FileDepot depot;

  FileRoutes(FileDepot depot) {
    this.depot = depot;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/files/{digest}", this::give);
    routes.head("/api/v1/files/{digest}", this::look);
    routes.put("/api/v1/files/{digest}", this::take);
  }

  private void look(Context context) throws RefusedException {
    OptionalLong size = depot.sizeOf(digest(context));
    context.status(size.isPresent() ? 200 : 404);
  }

  private void give(Context context) throws RefusedException, IOException {
    Digest digest = digest(context);
    OptionalLong size = depot.sizeOf(digest);
    Optional<InputStream> content = depot.open(digest);
    if (size.isEmpty() || content.isEmpty()) {
      throw new RefusedException(new Reason.NotFound("file", digest.hex(), List.of()));
    }
    // The server closes it.
    context
        .contentType("application/octet-stream")
        .header("Content-Length", Long.toString(size.getAsLong()))
        .result(content.get());
  }

  private void take(Context context) throws RefusedException, IOException {
    Digest digest = digest(context);
    if (depot.sizeOf(digest).isPresent()) {
      Requests.answer(context, new Changes(List.of("file " + digest.hex() + " unchanged")));
      return;
    }
    try (InputStream content = context.req().getInputStream()) {
      Optional<Reason> refused = depot.take(digest, content);
      if (refused.isPresent()) {
        throw new RefusedException(refused.get());
      }
    }
    context.status(201);
    Requests.answer(context, new Changes(List.of("file " + digest.hex() + " taken")));
  }

  private static Digest digest(Context context) throws RefusedException {
    return Parts.read("digest", context.pathParam("digest"), Digest::ofHex);
  }
}
