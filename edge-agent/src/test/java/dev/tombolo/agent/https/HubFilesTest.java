package dev.tombolo.agent.https;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.testing.Command;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.TestCa;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.enrol.Refusal;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class HubFilesTest {
  private static final byte[] CONTENT = content();
  private static final Digest FILE = Digest.of(CONTENT);

  @TempDir static Path shared;
  private static TlsSource tls;
  private static SSLContext server;

  @TempDir Path data;
  private final Events events = new Events();
  private AutoCloseable hub = () -> {};
  private AutoCloseable files = () -> {};

  @BeforeAll
  static void makeCa() throws Exception {
    TestCa ca = TestCa.create(shared.resolve("ca"));
    Digest root = ca.rootKey();
    tls = () -> HubTls.pinned(root, System::currentTimeMillis);
    server = ca.server();
  }

  private static byte[] content() {
    byte[] bytes = new byte[300_000];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @AfterEach
  void close() throws Exception {
    files.close();
    hub.close();
  }

  private FileHub hub(Function<FileHub.Request, FileHub.Answer> answers) throws IOException {
    FileHub made = new FileHub(server, answers);
    hub = made;
    return made;
  }

  private HubFiles files(FileHub at) {
    return files(at, data, 0, 30_000);
  }

  private HubFiles files(FileHub at, Path folder, long bytesPerSecond, int stallMillis) {
    HubFiles made =
        new HubFiles(
            events,
            new AgentFolders(folder),
            tls,
            new NoPeers(),
            new FetchSettings(at.url(), bytesPerSecond, stallMillis, Optional.empty()));
    files = made;
    return made;
  }

  private static AgentEffect.Fetch fetch(FileHub at) {
    return fetch(at, false);
  }

  private static AgentEffect.Fetch fetch(FileHub at, boolean near) {
    String url = at.url() + "/v1/files/" + FILE.hex();
    return new AgentEffect.Fetch(FILE, CONTENT.length, url, near);
  }

  private Path whole() {
    return new AgentFolders(data).file(FILE);
  }

  private Path part() {
    return new AgentFolders(data).partialFile(FILE);
  }

  private AgentEvent.BundleLookedFor asked(FileHub at) throws Exception {
    HubFiles made = files(at);
    made.perform(
        new AgentEffect.AskBundle(
            new Name("app"),
            Digest.ofText("release"),
            at.url() + "/v1/bundles/for/x",
            List.of(new Variant.File("model.bin", CONTENT.length, FILE, false))));
    return events.await(AgentEvent.BundleLookedFor.class);
  }

  private static FileHub.Answer refusal(int status, Reason reason, String fields) {
    return FileHub.Answer.of(
        status, fields, Json.write(new Refusal(reason, "no")).getBytes(StandardCharsets.UTF_8));
  }

  /// A shop's line may let a connection wait for a minute.
  @Test
  void whatAKitBroughtWaitsForNoConnection() throws Exception {
    try (var line = new SilentLine()) {
      String url = "https://localhost:1";
      var settings = new FetchSettings(url, 0, 30_000, Optional.empty());
      HubFiles made =
          new HubFiles(events, new AgentFolders(data), () -> line, new NoPeers(), settings);
      files = made;
      String path = url + "/v1/files/" + FILE.hex();
      made.perform(new AgentEffect.Fetch(FILE, CONTENT.length, path, false));
      line.awaitConnection();
      Path kit = Files.createDirectories(new AgentFolders(data).kits().resolve("kit-1"));
      Files.write(kit.resolve(FILE.hex()), CONTENT);

      made.perform(new AgentEffect.CancelFetch(FILE));
      made.perform(new AgentEffect.Fetch(FILE, CONTENT.length, path, true));

      assertThat(events.await(AgentEvent.FetchFinished.class).file()).isEqualTo(FILE);
      assertThat(whole()).hasBinaryContent(CONTENT);
    }
  }

  @Test
  void aBundleIsAskedForWithWhatIsMissingHere() throws Exception {
    Digest bundle = Digest.ofText("bundle");
    Files.createDirectories(part().getParent());
    Files.write(part(), new byte[1_000]);

    AgentEvent.BundleLookedFor answer =
        asked(
            hub(
                request ->
                    FileHub.Answer.of(
                        200,
                        "",
                        Json.write(new BundleOffer(bundle, 77)).getBytes(StandardCharsets.UTF_8))));

    assertThat(answer.answer()).isEqualTo(new AgentEvent.BundleAnswer.Offered(bundle, 77));
    assertThat(answer.missing()).isEqualTo(CONTENT.length - 1_000);
  }

  @Test
  void aHubThatMakesTheBundleIsAskedLaterAndOneThatHasNoneIsNot() throws Exception {
    Reason awaited = new Reason.BundleAwaited(7);
    Reason missing = new Reason.BundleMissing("it failed");

    assertThat(asked(hub(request -> refusal(503, awaited, "Retry-After: 7\r\n"))).answer())
        .isEqualTo(new AgentEvent.BundleAnswer.None(awaited, false, 7));
    close();
    assertThat(asked(hub(request -> refusal(404, missing, ""))).answer())
        .isEqualTo(new AgentEvent.BundleAnswer.None(missing, true, 0));
    close();
    Reason notWorth = new Reason.NotFound("bundle", "x", List.of());
    assertThat(asked(hub(request -> refusal(404, notWorth, ""))).answer())
        .isEqualTo(new AgentEvent.BundleAnswer.NotNeeded());
  }

  /// Whole files come then, and the cause is said.
  @Test
  void aHubOfATimeWithoutBundlesIsNoReasonForSilence() throws Exception {
    Reason page = new Reason.NotFound("page", "/v1/bundles/for/x", List.of());
    assertThat(asked(hub(request -> refusal(404, page, ""))).answer())
        .isInstanceOfSatisfying(
            AgentEvent.BundleAnswer.None.class,
            it -> {
              assertThat(it.isFinal()).isTrue();
              assertThat(it.reason().toString()).contains("BundleMissing", "update it");
            });
  }

  @Test
  void nobodyIsAskedWhenAllFilesAreHere() throws Exception {
    Files.createDirectories(whole().getParent());
    Files.write(whole(), CONTENT);
    FileHub at = hub(request -> refusal(500, new Reason.IoFailed("x", "y"), ""));

    assertThat(asked(at).answer()).isEqualTo(new AgentEvent.BundleAnswer.NotNeeded());
    assertThat(at.requests()).isEmpty();
  }

  @Test
  void aBugOnTheWayIsAnAnswerToo() throws Exception {
    TlsSource broken =
        () -> {
          throw new IllegalStateException("a bug");
        };
    AgentFolders folders = new AgentFolders(data);
    HubFiles made =
        new HubFiles(
            events, folders, broken, new NoPeers(), FetchSettings.of("https://localhost:1"));
    files = made;

    made.perform(
        new AgentEffect.Fetch(FILE, CONTENT.length, "https://localhost:1/v1/files/x", false));

    assertThat(events.await(AgentEvent.FetchFailed.class).retryable()).isTrue();
  }

  @Test
  void goesOnAfterCutsAtAnyByte() throws Exception {
    Random random = new Random(11);
    AtomicInteger calls = new AtomicInteger();
    FileHub small =
        hub(
            request -> {
              FileHub.Answer answer = FileHub.file(request, CONTENT);
              boolean cut = calls.incrementAndGet() <= 10;
              int after = random.nextInt(Math.min(40_000, answer.body().length));
              return cut ? answer.cut(after) : answer;
            });
    HubFiles agent = files(small);

    int failures = 0;
    while (!Files.exists(whole())) {
      agent.perform(fetch(small));
      AgentEvent event = await();
      if (event instanceof AgentEvent.FetchFailed(var file, var reason, var retryable, var _)) {
        assertThat(retryable).as("%s", reason).isTrue();
        failures++;
      }
    }

    assertThat(failures).isEqualTo(10);
    assertThat(whole()).hasBinaryContent(CONTENT);
    assertThat(part()).doesNotExist();
    assertThat(small.requests().getLast().field("If-Range")).isEqualTo("\"" + FILE.hex() + "\"");
    assertThat(small.requests().getLast().from()).isPositive();
  }

  private AgentEvent await() throws InterruptedException {
    while (true) {
      AgentEvent event = events.await(AgentEvent.class);
      if (!(event instanceof AgentEvent.FetchAdvanced)) {
        return event;
      }
    }
  }

  @Test
  void aFileThatIsThereIsNotFetchedAgain() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));
    HubFiles agent = files(small);
    agent.perform(fetch(small));
    events.await(AgentEvent.FetchFinished.class);

    agent.perform(fetch(small));

    events.await(AgentEvent.FetchFinished.class);
    assertThat(small.requests()).hasSize(1);
  }

  @Test
  void whatAKitHadAndHasNoMoreDoesNotComeByTheLine() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));

    files(small).perform(fetch(small, true));

    AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
    assertThat(failed.reason()).isInstanceOf(Reason.IoFailed.class);
    assertThat(failed.retryable()).isTrue();
    assertThat(small.requests()).isEmpty();
  }

  @Test
  void aPartFromBeforeIsDigestedAndKept() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));
    Files.createDirectories(part().getParent());
    Files.write(part(), Arrays.copyOf(CONTENT, 123_456));

    files(small).perform(fetch(small));

    events.await(AgentEvent.FetchFinished.class);
    assertThat(small.requests().getFirst().from()).isEqualTo(123_456);
    assertThat(whole()).hasBinaryContent(CONTENT);
  }

  @Test
  void aRottenPartIsThrownAwayAndFetchedAnew() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));
    Files.createDirectories(part().getParent());
    Files.write(part(), new byte[1000]);
    HubFiles agent = files(small);
    agent.perform(fetch(small));
    assertThat(events.await(AgentEvent.FetchBegunAnew.class))
        .isEqualTo(new AgentEvent.FetchBegunAnew(FILE, CONTENT.length, AgentEvent.Anew.WRONG));
    AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
    assertThat(failed.reason()).isInstanceOf(Reason.DigestMismatch.class);
    assertThat(failed.retryable()).isTrue();
    assertThat(part()).doesNotExist();

    agent.perform(fetch(small));

    events.await(AgentEvent.FetchFinished.class);
  }

  @Test
  void wrongContentIsRefusedForGood() throws Exception {
    byte[] altered = CONTENT.clone();
    altered[1000] ^= 1;
    FileHub small = hub(request -> FileHub.file(request, altered));

    files(small).perform(fetch(small));

    AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
    assertThat(failed.reason())
        .isEqualTo(new Reason.DigestMismatch(fetch(small).url(), FILE, Digest.of(altered)));
    assertThat(failed.retryable()).isFalse();
    assertThat(part()).doesNotExist();
  }

  @Test
  void moreThanTheDeclaredSizeIsNotTaken() throws Exception {
    byte[] longer = Arrays.copyOf(CONTENT, CONTENT.length * 2);
    FileHub small = hub(request -> FileHub.file(request, longer));

    files(small).perform(fetch(small));

    AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
    assertThat(failed.reason()).isInstanceOf(Reason.SizeMismatch.class);
    assertThat(failed.retryable()).isFalse();
    assertThat(part()).doesNotExist();
  }

  /// Never silently: what had come of it is paid for twice.
  @ParameterizedTest
  @CsvSource({"416, bytes */4000", "206, bytes 5000-6999/7000"})
  void whatHadComeIsToldOfWhenTheRestIsNotToBeHad(int status, String range) throws Exception {
    FileHub small =
        hub(
            request ->
                request.from() == 0
                    ? FileHub.file(request, CONTENT)
                    : FileHub.Answer.of(status, "Content-Range: " + range + "\r\n", new byte[0]));
    Files.createDirectories(part().getParent());
    Files.write(part(), Arrays.copyOf(CONTENT, 5000));
    HubFiles agent = files(small);

    agent.perform(fetch(small));

    assertThat(events.await(AgentEvent.FetchBegunAnew.class))
        .isEqualTo(new AgentEvent.FetchBegunAnew(FILE, 5000, AgentEvent.Anew.REST_REFUSED));
    assertThat(events.await(AgentEvent.FetchFailed.class).retryable()).isTrue();
    agent.perform(fetch(small));
    events.await(AgentEvent.FetchFinished.class);
    assertThat(whole()).hasBinaryContent(CONTENT);
  }

  @Test
  void aHubThatIgnoresRangesIsReadFromTheBeginning() throws Exception {
    FileHub small = hub(request -> FileHub.Answer.of(200, "", CONTENT));
    Files.createDirectories(part().getParent());
    Files.write(part(), Arrays.copyOf(CONTENT, 5000));

    files(small).perform(fetch(small));

    assertThat(events.await(AgentEvent.FetchBegunAnew.class))
        .isEqualTo(new AgentEvent.FetchBegunAnew(FILE, 5000, AgentEvent.Anew.ALL_GIVEN));
    events.await(AgentEvent.FetchFinished.class);
    assertThat(whole()).hasBinaryContent(CONTENT);
  }

  @Test
  void aBusyHubIsLeftAsLongAsItAsks() throws Exception {
    String refusal = Json.write(new Refusal(new Reason.Busy(30), "come back later"));
    FileHub small =
        hub(
            request ->
                FileHub.Answer.of(
                    503, "Retry-After: 30\r\n", refusal.getBytes(StandardCharsets.UTF_8)));

    files(small).perform(fetch(small));

    assertThat(events.await(AgentEvent.FetchFailed.class))
        .isEqualTo(new AgentEvent.FetchFailed(FILE, new Reason.Busy(30), true, 30));
  }

  @Test
  void onlyWhatIsOfNoReleaseOfThisDeviceIsRefusedForGood() throws Exception {
    Reason expired = new Reason.CertificateExpired("device", 1);
    FileHub late = hub(request -> refusal(403, expired, ""));
    files(late).perform(fetch(late));
    assertThat(events.await(AgentEvent.FetchFailed.class))
        .isEqualTo(new AgentEvent.FetchFailed(FILE, expired, true));
    close();

    FileHub proxied = hub(request -> FileHub.Answer.of(403, "", new byte[0]));
    files(proxied).perform(fetch(proxied));
    assertThat(events.await(AgentEvent.FetchFailed.class).retryable()).isTrue();
    close();

    Reason others = new Reason.NotYours("bundle", "it is of no release assigned to this device");
    FileHub strict = hub(request -> refusal(403, others, ""));
    files(strict).perform(fetch(strict));
    assertThat(events.await(AgentEvent.FetchFailed.class))
        .isEqualTo(new AgentEvent.FetchFailed(FILE, others, false));
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    FileHub small =
        hub(request -> FileHub.Answer.of(302, "Location: https://localhost/\r\n", new byte[0]));

    files(small).perform(fetch(small));

    assertThat(events.await(AgentEvent.FetchFailed.class).reason().toString()).contains("302");
    assertThat(small.requests()).hasSize(1);
  }

  @Test
  void nothingIsFetchedFromAnywhereElse() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));
    HubFiles agent = files(small);

    for (String url :
        new String[] {
          "https://elsewhere.example/v1/files/" + FILE.hex(),
          small.url() + ".elsewhere.example/v1/files/" + FILE.hex(),
          small.url().replace("https:", "http:") + "/v1/files/" + FILE.hex(),
          "file:///etc/passwd"
        }) {
      agent.perform(new AgentEffect.Fetch(FILE, CONTENT.length, url, false));

      AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
      assertThat(failed.reason()).isInstanceOf(Reason.NotAllowed.class);
      assertThat(failed.retryable()).isFalse();
    }
    assertThat(small.requests()).isEmpty();
  }

  @Test
  void aLineThatStopsIsGivenUpAndWhatCameIsKept() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    FileHub small = hub(request -> FileHub.file(request, CONTENT).holding(10_000, over));

    files(small, data, 0, 300).perform(fetch(small));

    AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
    assertThat(failed.retryable()).isTrue();
    assertThat(failed.reason().toString()).contains("timed out");
    assertThat(Files.size(part())).isEqualTo(10_000);
    over.countDown();
  }

  @Test
  @Tag("slow")
  void aCancelledFetchIsHeardOfNoMore() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    FileHub small = hub(request -> FileHub.file(request, CONTENT).holding(10_000, over));
    HubFiles agent = files(small, data, 0, 5_000);
    agent.perform(fetch(small));
    Until.holds("it has begun", () -> Files.exists(part()) && Files.size(part()) == 10_000);

    agent.perform(new AgentEffect.CancelFetch(FILE));

    Until.holds("its thread is idle", () -> !isFetching());
    assertThat(events.rest()).isEmpty();
    assertThat(Files.size(part())).isEqualTo(10_000);
    over.countDown();
  }

  private static boolean isFetching() {
    return Thread.getAllStackTraces().values().stream()
        .anyMatch(
            stack ->
                Arrays.stream(stack)
                    .anyMatch(frame -> frame.getClassName().equals(Download.class.getName())));
  }

  @Test
  void tellsHowFarItIsWhatIsOnTheDisk() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));

    files(small, data, 150_000, 30_000).perform(fetch(small));

    AgentEvent.FetchAdvanced advanced = events.await(AgentEvent.FetchAdvanced.class);
    assertThat(advanced.bytes()).isBetween(100_000L, 299_999L);
    events.await(AgentEvent.FetchFinished.class);
  }

  @Test
  void aFullDiskIsToldWithWhatIsNeeded() throws Exception {
    FileHub small = hub(request -> FileHub.file(request, CONTENT));
    try (Tmpfs disk = Tmpfs.mount(data.resolve("small"), 1_100_000)) {
      HubFiles agent = files(small, disk.folder(), 0, 30_000);

      agent.perform(fetch(small));

      AgentEvent.FetchFailed failed = events.await(AgentEvent.FetchFailed.class);
      assertThat(failed.retryable()).isTrue();
      assertThat(failed.reason())
          .isInstanceOfSatisfying(
              Reason.DiskFull.class,
              full -> {
                assertThat(full.needed()).isEqualTo(CONTENT.length + Download.SPARE_BYTES);
                assertThat(full.free()).isLessThan(full.needed());
              });
      assertThat(small.requests()).isEmpty();
    }
  }

  @Test
  void aDiskThatFillsUpUnderwayIsToldAndGoneOnWithOnceThereIsRoom() throws Exception {
    try (Tmpfs disk = Tmpfs.mount(data.resolve("small"), 2_000_000)) {
      Path ballast = disk.folder().resolve("ballast");
      AtomicInteger calls = new AtomicInteger();
      FileHub small =
          hub(
              request -> {
                if (calls.getAndIncrement() == 0) {
                  fill(ballast);
                }
                return FileHub.file(request, CONTENT);
              });
      HubFiles agent = files(small, disk.folder(), 0, 30_000);
      agent.perform(fetch(small));
      assertThat(events.await(AgentEvent.FetchFailed.class).reason())
          .isInstanceOf(Reason.DiskFull.class);

      Files.delete(ballast);
      agent.perform(fetch(small));

      events.await(AgentEvent.FetchFinished.class);
      assertThat(new AgentFolders(disk.folder()).file(FILE)).hasBinaryContent(CONTENT);
    }
  }

  /// Leaves less room than the file needs.
  private static void fill(Path ballast) {
    try {
      Files.write(ballast, new byte[1_850_000]);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A small disk in memory.
  private record Tmpfs(Path folder) implements AutoCloseable {
    static Tmpfs mount(Path folder, int bytes) throws IOException {
      Files.createDirectories(folder);
      Command.run(
          folder, "mount", "-t", "tmpfs", "-o", "size=" + bytes, "tombolo-test", folder.toString());
      return new Tmpfs(folder);
    }

    @Override
    public void close() throws IOException {
      Command.run(Path.of("/"), "umount", "-l", folder.toString());
    }
  }
}
