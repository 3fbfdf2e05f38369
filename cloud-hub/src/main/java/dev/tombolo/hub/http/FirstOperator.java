package dev.tombolo.hub.http;

import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/// Lets somebody in at the first start: a user `admin`, whose token lies in a file that only the
/// hub's own user can read. Written before the user exists, so that a crash between the two leaves
/// a token that opens nothing and the next start makes another.
final class FirstOperator {
  private static final Name NAME = new Name("admin");

  private FirstOperator() {}

  static void ensure(Path tokenFile, HubViews views, CommandDesk desk)
      throws IOException, InterruptedException {
    if (!views.users().isEmpty()) {
      return;
    }
    OperatorToken token = OperatorToken.draw(new SecureRandom());
    write(tokenFile, token.reveal() + "\n");
    try {
      desk.ask(Principal.HUB, new AdminCommand.CreateUser(NAME, token.hash()));
    } catch (RefusedException e) {
      throw new IOException("the hub does not take its first operator: " + e.reason(), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    try (FileChannel channel =
        FileChannel.open(
            part,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    // Else a power cut could leave the user without the only token.
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
