package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.http.OperatorToken;
import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Lets the first person in: at the first start an operator `admin` is made, whose token lies in the
/// data folder.
final class FirstOperator {
  /// Below all numbers that the admin port uses.
  static final long REQUEST = -1;

  private static final long WAIT_SECONDS = 30;

  private final CompletableFuture<AdminAnswer> made = new CompletableFuture<>();

  /// Does nothing when there has ever been an operator.
  void ensure(DataFolder folder, HubViews views, HubInbox inbox) throws IOException {
    if (!views.users().isEmpty()) {
      return;
    }
    OperatorToken token = OperatorToken.draw(new SecureRandom());
    // The file first: a token without its user is made anew at the next start, a user without his
    // token would lock everybody out.
    folder.writeSecret(folder.adminToken(), token.reveal() + "\n");
    inbox.offer(
        new HubEvent.AdminAsked(
            REQUEST,
            Principal.HUB,
            new AdminCommand.CreateUser(new Name("admin"), token.hash())));
    try {
      if (made.get(WAIT_SECONDS, TimeUnit.SECONDS) instanceof AdminAnswer.Refused refused) {
        throw new IOException("cannot make the first operator: " + refused.reason());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at the start", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("cannot make the first operator; see the log", e);
    }
  }

  /// True when the answer was the one waited for here.
  boolean answered(HubEffect.AdminAnswered answered) {
    return answered.request() == REQUEST && made.complete(answered.answer());
  }
}
