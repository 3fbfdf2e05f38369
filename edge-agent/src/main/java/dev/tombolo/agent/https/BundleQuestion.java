package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentEvent.BundleAnswer;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.BundleOffer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// Asks the hub which bundle there is, after a look at what the store has already.
final class BundleQuestion {
  private static final int OFFER_BYTES_MAX = 4 * 1024;
  private static final String HUB_WITHOUT_BUNDLES =
      "the hub is of a time without bundles; update it";

  private final AgentFolders folders;
  private final FetchSettings settings;
  private final TlsSource tls;

  BundleQuestion(AgentFolders folders, FetchSettings settings, TlsSource tls) {
    this.folders = folders;
    this.settings = settings;
    this.tls = tls;
  }

  AgentEvent ask(AgentEffect.AskBundle effect) {
    long missing = missing(effect);
    BundleAnswer answer = missing == 0 ? new BundleAnswer.NotNeeded() : answer(effect.url());
    return new AgentEvent.BundleLookedFor(
        effect.application(), effect.release(), effect.url(), missing, answer);
  }

  private BundleAnswer answer(String url) {
    try {
      HttpURLConnection request =
          HubConnection.open(URI.create(url), tls.sockets(), settings.proxy());
      request.setReadTimeout(settings.stallMillis());
      BundleOffer offer = Json.read(BundleOffer.class, HubConnection.get(request), OFFER_BYTES_MAX);
      return new BundleAnswer.Offered(offer.bundle(), offer.bytes());
    } catch (HubRefusalException e) {
      return refused(e);
    } catch (MalformedException e) {
      return new BundleAnswer.None(e.reason(), true, 0);
    } catch (IOException e) {
      return new BundleAnswer.None(HubConnection.reasonOf(e), false, 0);
    }
  }

  private static BundleAnswer refused(HubRefusalException e) {
    Reason reason = e.refusal().reason();
    if (reason instanceof Reason.NotFound(var kind, var _, var _)) {
      return kind.equals("bundle")
          // None would be smaller than the files.
          ? new BundleAnswer.NotNeeded()
          : new BundleAnswer.None(new Reason.BundleMissing(HUB_WITHOUT_BUNDLES), true, 0);
    }
    boolean isFinal =
        e.status() == HttpURLConnection.HTTP_NOT_FOUND || reason instanceof Reason.NotYours;
    return new BundleAnswer.None(reason, isFinal, e.retryAfterSeconds());
  }

  /// Bytes that whole files would bring over the line.
  private long missing(AgentEffect.AskBundle effect) {
    Set<Digest> seen = new HashSet<>();
    long missing = 0;
    for (Variant.File file : effect.files()) {
      if (seen.add(file.digest()) && sizeOf(folders.file(file.digest())) != file.size()) {
        long part = sizeOf(folders.partialFile(file.digest()));
        missing += Math.max(1, file.size() - Math.max(0, part));
      }
    }
    return missing;
  }

  /// @return -1 when it is not there
  private static long sizeOf(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      return -1;
    }
  }
}
