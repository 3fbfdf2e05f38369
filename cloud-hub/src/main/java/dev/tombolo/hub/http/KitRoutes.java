package dev.tombolo.hub.http;

import dev.tombolo.hub.core.FileDepot;
import dev.tombolo.hub.core.ManifestSigner;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.http.api.KitAsk;
import dev.tombolo.hub.http.api.KitDocument;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/// What an offline kit is made of. The kit itself is put together, and sealed, where the operator
/// is: no passphrase comes here.
final class KitRoutes {
  private static final int ID_BYTES = 8;

  private final CommandDesk desk;
  private final FileDepot depot;
  private final ManifestSigner signer;
  private final KitChanges changes;
  private final SecureRandom random = new SecureRandom();

  KitRoutes(CommandDesk desk, FileDepot depot, ManifestSigner signer, KitChanges changes) {
    this.desk = desk;
    this.depot = depot;
    this.signer = signer;
    this.changes = changes;
  }

  void on(RoutesConfig routes) {
    routes.post("/api/v1/kits", this::make);
  }

  private void make(Context context) throws RefusedException, IOException, InterruptedException {
    KitAsk ask = Requests.body(context, KitAsk.class);
    List<SlotRef> slots = new ArrayList<>();
    for (String slot : ask.slots()) {
      slots.add(Parts.read("slot", slot, SlotRef::parse));
    }
    byte[] drawn = new byte[ID_BYTES];
    random.nextBytes(drawn);
    AdminCommand command =
        new AdminCommand.MakeKit(
            "kit-" + HexFormat.of().formatHex(drawn),
            Parts.name("site", ask.site()),
            slots,
            ask.forPassphrase());
    switch (desk.ask(Requests.who(context), command)) {
      case AdminAnswer.KitMade made -> Requests.answer(context, body(made));
      case AdminAnswer other -> throw ChangeRoutes.unexpected(other);
    }
  }

  private KitMade body(AdminAnswer.KitMade made) throws RefusedException {
    List<KitFile> files = new ArrayList<>();
    for (Digest file : made.files()) {
      OptionalLong size = depot.sizeOf(file);
      if (size.isEmpty()) {
        throw new RefusedException(new Reason.NotFound("file at the hub", file.hex(), List.of()));
      }
      files.add(new KitFile(file.hex(), size.getAsLong()));
    }
    return new KitMade(
        made.id(),
        made.createdMillis(),
        made.history().epoch(),
        made.history().id(),
        made.fleet().text(),
        made.site().text(),
        made.documentCertificate(),
        made.documents().stream().map(this::signed).toList(),
        made.sections().stream().map(Section::text).toList(),
        files,
        changes.of(made));
  }

  /// Committed before it is signed, signed before anybody sees it.
  private KitDocument signed(AdminAnswer.KitDocument document) {
    byte[] payload = document.payload().getBytes(StandardCharsets.UTF_8);
    return new KitDocument(
        document.slot().toString(),
        document.device().text(),
        document.revision(),
        document.issuedMillis(),
        Json.write(signer.sign(payload)),
        document.certificates());
  }
}
