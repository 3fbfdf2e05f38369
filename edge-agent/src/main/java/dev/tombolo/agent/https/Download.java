package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One try at one file: goes on where an earlier try stopped, checks, and gives the file its place.
final class Download implements FileWork {
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final int PARTIAL = 206;
  private static final int RANGE_NOT_SATISFIABLE = 416;
  private static final long STACK_BYTES = 128 * 1024;
  private static final long NEWS_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Kept free beside the file: databases and logs must go on.
  static final long SPARE_BYTES = 1024 * 1024;

  /// A hub that asks for more is not believed.
  private static final int RETRY_SECONDS_MAX = 3600;

  private final AgentEffect.Fetch wanted;
  private final AgentFolders folders;
  private final FetchSettings settings;
  private final LineRate rate;
  private final TlsSource tls;
  private final AgentInbox inbox;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private volatile @Nullable HttpURLConnection connection;
  private final CountDownLatch cancelled = new CountDownLatch(1);

  Download(
      AgentEffect.Fetch wanted,
      AgentFolders folders,
      FetchSettings settings,
      LineRate rate,
      TlsSource tls,
      AgentInbox inbox) {
    this.wanted = wanted;
    this.folders = folders;
    this.settings = settings;
    this.rate = rate;
    this.tls = tls;
    this.inbox = inbox;
  }

  @Override
  public Digest content() {
    return wanted.file();
  }

  @Override
  public boolean isCancelled() {
    return cancelled.getCount() == 0;
  }

  /// Ends it from another thread; what is on the disk stays for the next try.
  @Override
  public void cancel() {
    cancelled.countDown();
    HttpURLConnection open = connection;
    if (open != null) {
      // TLS may want to say good-bye first, on a line that takes nothing any more.
      Thread closing = new Thread(null, open::disconnect, "fetch-cancel", STACK_BYTES);
      closing.setDaemon(true);
      closing.start();
    }
  }

  @Override
  public AgentEvent run() {
    Digest file = wanted.file();
    try {
      Path whole = folders.file(file);
      if (Files.exists(whole) && Files.size(whole) == wanted.size()) {
        return new AgentEvent.FetchFinished(file);
      }
      if (new KitFiles(folders).bring(file, wanted.size(), buffer)) {
        return new AgentEvent.FetchFinished(file);
      }
      if (wanted.near()) {
        return failed(new Reason.IoFailed("kit", "it has no such file any more"), true);
      }
      try (PartialFile part = PartialFile.open(folders, file, wanted.size(), buffer)) {
        return fetch(part);
      }
    } catch (LineException e) {
      return failed(HubConnection.reasonOf(e.broken()), true);
    } catch (HubRefusalException e) {
      return refused(e);
    } catch (IOException e) {
      return failed(diskReason(folders, wanted.size(), e), true);
    }
  }

  /// Why so many more bytes would not fit.
  static Optional<Reason> lacksRoom(AgentFolders folders, long bytes) throws IOException {
    long free = Files.getFileStore(folders.files()).getUsableSpace();
    return bytes > 0 && free < bytes + SPARE_BYTES
        ? Optional.of(new Reason.DiskFull(folders.files().toString(), bytes + SPARE_BYTES, free))
        : Optional.empty();
  }

  private AgentEvent fetch(PartialFile part)
      throws IOException, LineException, HubRefusalException {
    long missing = wanted.size() - part.length();
    Optional<Reason> full = lacksRoom(folders, missing);
    if (full.isPresent()) {
      return failed(full.get(), true);
    }
    boolean resumed = part.length() > 0;
    if (missing > 0) {
      resumed = receive(part);
    }
    if (part.length() != wanted.size()) {
      boolean tooLong = part.length() > wanted.size();
      if (tooLong) {
        part.delete();
      }
      return failed(new Reason.SizeMismatch(wanted.url(), wanted.size(), part.length()), !tooLong);
    }
    Digest got = part.digest();
    if (!got.equals(wanted.file())) {
      if (resumed) {
        tellAnew(part, AgentEvent.Anew.WRONG);
      }
      part.delete();
      // What an earlier try left may be to blame; a file fetched in one piece is what the hub has.
      return failed(new Reason.DigestMismatch(wanted.url(), wanted.file(), got), resumed);
    }
    part.promote();
    return new AgentEvent.FetchFinished(wanted.file());
  }

  /// @return whether the answer went on from what was there
  private boolean receive(PartialFile part) throws IOException, LineException, HubRefusalException {
    HttpURLConnection request = request(part.length());
    int status = answer(request);
    boolean resumed = status == PARTIAL;
    if (status == HttpURLConnection.HTTP_OK) {
      tellAnew(part, AgentEvent.Anew.ALL_GIVEN);
      part.restart();
    } else if (!resumed || !continuesAt(request, part.length())) {
      if (status == RANGE_NOT_SATISFIABLE || resumed) {
        tellAnew(part, AgentEvent.Anew.REST_REFUSED);
        part.restart();
      }
      try {
        throw HubConnection.refusal(request, status);
      } catch (IOException e) {
        throw new LineException(e);
      }
    }
    copy(request, part);
    return resumed;
  }

  /// What has come is thrown away.
  private void tellAnew(PartialFile part, AgentEvent.Anew cause) {
    if (part.length() > 0) {
      inbox.offer(new AgentEvent.FetchBegunAnew(wanted.file(), part.length(), cause));
    }
  }

  private HttpURLConnection request(long from) throws LineException {
    try {
      HttpURLConnection request =
          HubConnection.open(URI.create(wanted.url()), tls.sockets(), settings.proxy());
      request.setReadTimeout(settings.stallMillis());
      if (from > 0) {
        request.setRequestProperty("Range", "bytes=" + from + "-");
        request.setRequestProperty("If-Range", "\"" + wanted.file().hex() + "\"");
      }
      connection = request;
      if (isCancelled()) {
        throw new IOException("cancelled");
      }
      return request;
    } catch (IOException e) {
      throw new LineException(e);
    }
  }

  private static int answer(HttpURLConnection request) throws LineException {
    try {
      return request.getResponseCode();
    } catch (IOException e) {
      throw new LineException(e);
    }
  }

  private boolean continuesAt(HttpURLConnection request, long from) {
    String range = request.getHeaderField("Content-Range");
    return ("bytes " + from + "-" + (wanted.size() - 1) + "/" + wanted.size()).equals(range);
  }

  private void copy(HttpURLConnection request, PartialFile part) throws IOException, LineException {
    Pace pace = new Pace(System.nanoTime());
    long toldNanos = System.nanoTime();
    try (InputStream in = body(request)) {
      int read;
      while (part.length() <= wanted.size() && (read = read(in)) >= 0) {
        part.append(ByteBuffer.wrap(buffer.array(), 0, read));
        long now = System.nanoTime();
        if (now - toldNanos >= NEWS_NANOS) {
          part.sync();
          inbox.offer(new AgentEvent.FetchAdvanced(wanted.file(), part.length()));
          toldNanos = now;
        }
        rest(pace.waitNanos(read, rate.bytesPerSecond(), now));
      }
    } finally {
      part.sync();
    }
  }

  private static InputStream body(HttpURLConnection request) throws LineException {
    try {
      return request.getInputStream();
    } catch (IOException e) {
      throw new LineException(e);
    }
  }

  private int read(InputStream in) throws LineException {
    if (isCancelled()) {
      throw new LineException(new IOException("cancelled"));
    }
    try {
      return in.read(buffer.array(), 0, Pace.portion(rate.bytesPerSecond(), BUFFER_BYTES));
    } catch (IOException e) {
      throw new LineException(e);
    }
  }

  /// What has come stays unread by the line, which so learns to send no faster.
  private void rest(long nanos) throws LineException {
    if (nanos <= 0) {
      return;
    }
    try {
      if (cancelled.await(nanos, TimeUnit.NANOSECONDS)) {
        throw new LineException(new IOException("cancelled"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LineException(new IOException("cancelled", e));
    }
  }

  private AgentEvent refused(HubRefusalException e) {
    Reason reason = e.refusal().reason();
    // An expired certificate, a quarantine, a proxy that refuses: they end, and what has come
    // stays.
    boolean mayRetry = !(reason instanceof Reason.NotYours);
    if (e.retryAfterSeconds() > 0 && !(reason instanceof Reason.Busy)) {
      reason =
          new Reason.DownloadFailed(
              wanted.url(), e.refusal().message(), e.retryAfterSeconds() * 1000L);
    }
    return new AgentEvent.FetchFailed(
        wanted.file(), reason, mayRetry, Math.clamp(e.retryAfterSeconds(), 0, RETRY_SECONDS_MAX));
  }

  static Reason diskReason(AgentFolders folders, long size, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("No space left") || message.contains("quota exceeded")) {
      long free = folders.files().toFile().getUsableSpace();
      return new Reason.DiskFull(folders.files().toString(), size, free);
    }
    return new Reason.IoFailed("file store", e.getClass().getSimpleName() + ": " + message);
  }

  private AgentEvent failed(Reason reason, boolean retryable) {
    return new AgentEvent.FetchFailed(wanted.file(), reason, retryable);
  }

  /// The line broke, as against the disk.
  private static final class LineException extends Exception {
    private static final long serialVersionUID = 1L;
    private final IOException broken;

    LineException(IOException broken) {
      super(broken);
      this.broken = broken;
    }

    IOException broken() {
      return broken;
    }
  }
}
