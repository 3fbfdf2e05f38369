package dev.tombolo.hub.http;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.reason.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// Hands operators' commands to the hub's loop and waits for the answers.
final class CommandDesk {
  /// Above it the hub is stuck or hopelessly behind; the command may still take effect.
  static final Duration ANSWER_WAIT_MAX = Duration.ofSeconds(30);

  private static final int RETRY_AFTER_SECONDS = 2;

  private final HubInbox inbox;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Long, CompletableFuture<AdminAnswer>> waiting = new ConcurrentHashMap<>();

  CommandDesk(HubInbox inbox) {
    this.inbox = inbox;
  }

  /// The answer to a command, never [AdminAnswer.Refused].
  AdminAnswer ask(Principal who, AdminCommand command)
      throws RefusedException, InterruptedException {
    AdminAnswer answer = answer(who, command);
    if (answer instanceof AdminAnswer.Refused refused) {
      throw new RefusedException(refused.reason(), refused.about());
    }
    return answer;
  }

  AdminAnswer answer(Principal who, AdminCommand command) throws InterruptedException {
    long request = requests.incrementAndGet();
    CompletableFuture<AdminAnswer> future = new CompletableFuture<>();
    waiting.put(request, future);
    try {
      if (!inbox.offer(new HubEvent.AdminAsked(request, who, command))) {
        return new AdminAnswer.Refused(new Reason.Busy(RETRY_AFTER_SECONDS));
      }
      return future.get(ANSWER_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new AdminAnswer.Refused(
          new Reason.IoFailed(
              "the command",
              "the hub did not answer within "
                  + ANSWER_WAIT_MAX.toSeconds()
                  + " s; it may still take effect: look before you repeat it"));
    } catch (ExecutionException e) {
      throw new IllegalStateException("answers are only ever completed", e);
    } finally {
      waiting.remove(request);
    }
  }

  /// Called on the hub's loop; never blocks.
  void answered(HubEffect.AdminAnswered answered) {
    CompletableFuture<AdminAnswer> future = waiting.get(answered.request());
    if (future != null) {
      future.complete(answered.answer());
    }
  }
}
