package dev.tombolo.agent.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class HubTimeTest {
  private static final Digest ROOT = Digest.ofText("root");
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);
  private static final SSLSocketFactory SOCKETS = (SSLSocketFactory) SSLSocketFactory.getDefault();

  private final AtomicInteger asked = new AtomicInteger();

  private static long farFloor() {
    return WallClock.trustedMillis() + 100 * DAY_MILLIS;
  }

  private static void open(HubTime time) throws IOException {
    TlsSource tls = time.over(() -> SOCKETS, "https://hub", () -> ROOT);
    assertThat(tls.sockets()).isSameAs(SOCKETS);
  }

  @Test
  void aClockThatIsNotBehindIsBelievedUntilDatesDoNotFit() throws IOException {
    HubTime time =
        new HubTime(
            (https, sockets, root) -> asked.incrementAndGet(), WallClock.trustedMillis() - 1);
    open(time);
    assertThat(asked).hasValue(0);

    time.doubted();
    open(time);

    assertThat(asked).hasValue(1);
    assertThat(time.isDoubted()).isFalse();
  }

  @Test
  void withAClockBehindWhatWasSignedTheHubIsAskedFirst() throws IOException {
    long hubMillis = farFloor() - 50 * DAY_MILLIS;
    HubTime time = new HubTime((https, sockets, root) -> hubMillis, farFloor());

    open(time);

    assertThat(time.isDoubted()).isFalse();
    assertThat(time.nowMillis()).isBetween(hubMillis, hubMillis + DAY_MILLIS);
  }

  @Test
  void untilTheHubAnswersItIsNoEarlierThanItWas() throws IOException {
    long floor = farFloor();
    HubTime time =
        new HubTime(
            (https, sockets, root) -> {
              asked.incrementAndGet();
              throw new IOException("nobody there");
            },
            floor);
    open(time);
    open(time);

    assertThat(asked).hasValue(2);
    assertThat(time.isDoubted()).isTrue();
    assertThat(time.nowMillis()).isGreaterThanOrEqualTo(floor);
  }

  @Test
  void anAnswerThatIsHeldBackHoldsUpOneThreadAndCountsForNothing() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CompletableFuture<Thread> asking = new CompletableFuture<>();
    HubTime time =
        new HubTime(
            (https, sockets, root) -> {
              asked.incrementAndGet();
              asking.complete(Thread.currentThread());
              try {
                held.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return 1;
            },
            farFloor(),
            20);
    open(time);
    open(time);
    open(time);
    held.countDown();
    asking.get().join();

    assertThat(asked).hasValue(1);
    assertThat(time.isDoubted()).isTrue();
    open(time);
    assertThat(asked).hasValue(2);
  }
}
