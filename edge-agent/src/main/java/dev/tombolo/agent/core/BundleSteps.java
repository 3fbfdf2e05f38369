package dev.tombolo.agent.core;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.Downloads;
import dev.tombolo.agent.release.Program;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Optional;

/// The way a release's files come: asks the hub for a bundle, has it fetched and applied, and takes
/// the next way when one comes to nothing. Whole files always do.
final class BundleSteps {
  /// Less is not worth a question.
  static final long WORTH_BYTES_MIN = 64 * 1024;

  /// What changed since the live release is worth waiting for; all of it, packed, less so: for this
  /// long, and a second more for each 16 MiB, which is a tenth of what a line of 10 Mbit/s takes
  /// for them. Nothing is waited for longer than a change.
  static final long AWAIT_BASED_MILLIS = 10 * 60_000;

  static final long AWAIT_FULL_MILLIS = 2 * 60_000;
  private static final long BYTES_AWAITED_A_MILLI = (16 << 20) / 1000;

  /// When the hub cannot be reached for so long, what neighbours have is taken, though it is more
  /// than the bundle: that costs the line nothing.
  static final long SILENT_MILLIS = 60_000;

  /// A bundle that could not be applied for want of room or time gets so many tries.
  static final int APPLY_TRIES_MAX = 3;

  /// A bundle is unpacked while it comes when it will be here as soon as this: a process that waits
  /// holds memory.
  static final long AHEAD_SECONDS = 60;

  static final long AHEAD_AGAIN_MILLIS = 15_000;

  /// Nor is the hub asked for ever what it does not answer to the point.
  static final int LOST_MAX = 3;

  /// Whoever comes with nothing asks its neighbours for the files before it takes all of a release
  /// from the hub. What none of them has now, and none is about to make, none will have soon.
  static final int NEAR_LOOKS = 1;

  /// Where a bundle came to nothing here, they may just be unpacking it: they are asked again for
  /// ten seconds.
  static final int NEAR_LOOKS_CAUSED = 3;

  private final AgentBoot boot;
  private final RandomDraw random;
  private final String https;
  private final Programs programs;
  private final Downloads downloads;
  private final PeerSteps peers;
  private final WindowSteps windows;

  BundleSteps(
      AgentSnapshot snapshot,
      AgentBoot boot,
      RandomDraw random,
      Programs programs,
      Downloads downloads,
      PeerSteps peers,
      WindowSteps windows) {
    this.boot = boot;
    this.random = random;
    this.https = snapshot.enrolment().https();
    this.programs = programs;
    this.downloads = downloads;
    this.peers = peers;
    this.windows = windows;
  }

  /// What is to be done now on the way; the route it goes on by, which may be another.
  Route go(Application application, ReleaseState.Fetching at, Now now, Outcome out) {
    Optional<Program> program = programs.find(at.wanted());
    if (program.isEmpty()) {
      return at.route();
    }
    switch (at.route()) {
      case Route.Asking asking -> {
        if (program.get().bytes() < WORTH_BYTES_MIN || downloads.areHere(program.get().files())) {
          // It is small, or a kit brought it.
          return new Route.ByFiles(Optional.empty());
        }
        Route.ByBundle offer = application.tries.offer;
        if (offer != null && isTurnOfPeers(application.tries, offer, program.get())) {
          downloads.wantFromPeers(program.get().files());
          return asking;
        }
        if (offer != null) {
          downloads.lookBy(now.monotonicMillis());
          return offer;
        }
        if (peers.isOn() && isWithoutOffer(application.tries, asking)) {
          downloads.wantFromPeers(program.get().files());
        } else {
          downloads.wantNotFromPeers(program.get().files());
        }
        return ask(application, at, asking, program.get(), now, out);
      }
      case Route.ByBundle bundle -> {
        if (downloads.areHere(program.get().files())) {
          return new Route.ByFiles(bundle.cause());
        }
        downloads.want(bundle);
        boolean isHere = downloads.complete(List.of(bundle.file()));
        if (peers.isOn() && !isHere && isSilent(application.tries, now)) {
          downloads.wantFromPeers(program.get().files());
        } else {
          downloads.wantNotFromPeers(program.get().files());
        }
        if (isHere && takeTurn(application.tries, now)) {
          out.effect(
              new AgentEffect.ApplyBundle(
                  application.name,
                  at.wanted().release(),
                  bundle.bundle(),
                  bundle.base(),
                  program.get().files()));
        } else if (isSoonHere(bundle) && now.monotonicMillis() >= application.tries.aheadAtMillis) {
          application.tries.aheadAtMillis = now.monotonicMillis() + AHEAD_AGAIN_MILLIS;
          out.effect(
              new AgentEffect.UnpackAhead(
                  bundle.bundle(), bundle.bytes(), bundle.base(), program.get().bytes()));
        }
        return bundle;
      }
      case Route.ByFiles files -> {
        downloads.want(program.get().files());
        return files;
      }
    }
  }

  private boolean isTurnOfPeers(BundleTries tries, Route.ByBundle offer, Program program) {
    int looks = offer.cause().isPresent() ? NEAR_LOOKS_CAUSED : NEAR_LOOKS;
    return peers.isOn() && !tries.isNearSlow && peers.timesInVain(program.files()) < looks;
  }

  /// The hub cannot be reached, or has yet to make what all of a release comes in.
  private static boolean isWithoutOffer(BundleTries tries, Route.Asking asking) {
    return tries.trouble instanceof Reason.LineDown
        || (tries.trouble instanceof Reason.BundleAwaited && !asking.fromLive());
  }

  /// A neighbour has given of this too slowly: where the hub has offered a bundle that makes it, or
  /// as soon as it does, that comes instead.
  void copyWasSlow(Application application, Digest content) {
    if (downloads.mayComeFromHub(content)
        || !(application.release instanceof ReleaseState.Fetching at)) {
      return;
    }
    List<Variant.File> files = programs.find(at.wanted()).map(Program::files).orElse(List.of());
    if (files.stream().anyMatch(it -> it.digest().equals(content))) {
      application.tries.isNearSlow = true;
      if (application.tries.offer != null) {
        downloads.wantNotFromPeers(files);
      }
    }
  }

  private static boolean isSilent(BundleTries tries, Now now) {
    return tries.silentSinceMillis >= 0
        && now.monotonicMillis() - tries.silentSinceMillis >= SILENT_MILLIS;
  }

  private boolean isSoonHere(Route.ByBundle bundle) {
    long missing = bundle.bytes() - downloads.bytesDone(List.of(bundle.file()));
    return downloads.isFetching(bundle.bundle())
        && missing > 0
        && missing / AHEAD_SECONDS < downloads.bytesPerSecond();
  }

  private Route ask(
      Application application,
      ReleaseState.Fetching at,
      Route.Asking asking,
      Program program,
      Now now,
      Outcome out) {
    Optional<String> url = question(at, asking);
    if (url.isEmpty()) {
      boolean isTarget = side(at.wanted()).isEmpty();
      return asking.down(Optional.of(new Reason.BundleMissing(sideless(at, isTarget))));
    }
    if (takeTurn(application.tries, now)) {
      out.effect(
          new AgentEffect.AskBundle(
              application.name, at.wanted().release(), url.get(), program.files()));
    }
    return asking;
  }

  /// Why it cannot be named what is here, or what is wanted.
  private static String sideless(ReleaseState.Fetching at, boolean isTarget) {
    String which =
        isTarget
            ? "the wanted release, " + at.wanted().version()
            : at.live().map(it -> "what is live, " + it.version()).orElse("nothing that is live");
    return which + ", has no variant that this machine takes now";
  }

  /// Where the hub says which bundle there is.
  private Optional<String> question(ReleaseState.Fetching at, Route.Asking asking) {
    String path = https + "/v1/bundles/for/";
    Optional<String> target = side(at.wanted()).map(it -> path + it);
    if (!asking.fromLive()) {
      return target;
    }
    return target.flatMap(to -> at.live().flatMap(this::side).map(base -> to + "/" + base));
  }

  /// What was asked before something else was wanted, or live, may be answered after it.
  boolean isAnswer(
      ReleaseState.Fetching at, Route.Asking asking, AgentEvent.BundleLookedFor event) {
    return question(at, asking).filter(event.url()::equals).isPresent();
  }

  private Optional<String> side(Assignment what) {
    return programs.variant(what).map(variant -> what.release().hex() + "." + variant);
  }

  private static boolean takeTurn(BundleTries tries, Now now) {
    if (tries.isUnderWay || now.monotonicMillis() < tries.retryAtMillis) {
      return false;
    }
    tries.isUnderWay = true;
    return true;
  }

  /// The hub has answered, or cannot be reached.
  Route lookedFor(
      Application application,
      ReleaseState.Fetching at,
      Route.Asking asking,
      AgentEvent.BundleLookedFor event,
      Now now) {
    BundleTries tries = application.tries;
    tries.isUnderWay = false;
    return switch (event.answer()) {
      case AgentEvent.BundleAnswer.NotNeeded _ -> {
        if (event.missing() == 0) {
          applied(at);
          yield new Route.ByFiles(Optional.empty());
        }
        yield new Route.ByFiles(causeOf(at, asking));
      }
      case AgentEvent.BundleAnswer.Offered(var bundle, var bytes) ->
          bytes >= event.missing()
              // Most of it is here already.
              ? new Route.ByFiles(causeOf(at, asking))
              : offered(tries, at, asking, bundle, bytes);
      case AgentEvent.BundleAnswer.None none -> none(tries, at, asking, none, now);
    };
  }

  private Route offered(
      BundleTries tries, ReleaseState.Fetching at, Route.Asking asking, Digest bundle, long bytes) {
    Optional<Digest> base =
        asking.fromLive() ? at.live().map(Assignment::release) : Optional.empty();
    Route.ByBundle offer = new Route.ByBundle(bundle, bytes, base, causeOf(at, asking));
    if (base.isPresent() || !peers.isOn()) {
      return offer;
    }
    tries.offer = offer;
    tries.trouble = null;
    return asking;
  }

  /// What is wanted is live already, with other parameters: its files should all be here.
  private static Optional<Reason> causeOf(ReleaseState.Fetching at, Route.Asking asking) {
    return asking.cause().isPresent() || asking.fromLive()
        ? asking.cause()
        : at.live()
            .map(it -> new Reason.BaseDamaged(it.release(), "not all of its files are here"));
  }

  private Route none(
      BundleTries tries,
      ReleaseState.Fetching at,
      Route.Asking asking,
      AgentEvent.BundleAnswer.None none,
      Now now) {
    if (none.isFinal()) {
      return asking.down(Optional.of(none.reason()));
    }
    if (none.reason() instanceof Reason.BundleAwaited) {
      long limit = patienceMillis(at, asking);
      // While nothing may come anyway, there is no haste.
      if (tries.awaitedSinceMillis < 0 || !windows.download(at, now).isEmpty()) {
        tries.awaitedSinceMillis = now.monotonicMillis();
      } else if (now.monotonicMillis() - tries.awaitedSinceMillis >= limit) {
        String detail = "the hub did not make it within " + limit / 60_000 + " minutes";
        return asking.down(Optional.of(new Reason.BundleMissing(detail)));
      }
      tries.failures = 0;
      later(tries, none.reason(), 0, none.retryAfterSeconds(), now);
    } else {
      // Nobody knows whether it makes one meanwhile.
      tries.awaitedSinceMillis = -1;
      later(tries, none.reason(), tries.failures++, none.retryAfterSeconds(), now);
    }
    return asking;
  }

  private long patienceMillis(ReleaseState.Fetching at, Route.Asking asking) {
    if (asking.fromLive()) {
      return AWAIT_BASED_MILLIS;
    }
    long bytes = programs.find(at.wanted()).map(Program::bytes).orElse(0L);
    return Math.min(AWAIT_BASED_MILLIS, AWAIT_FULL_MILLIS + bytes / BYTES_AWAITED_A_MILLI);
  }

  private void later(
      BundleTries tries, Reason reason, int failures, int retryAfterSeconds, Now now) {
    tries.trouble = reason;
    tries.retryAtMillis =
        now.monotonicMillis()
            + boot.backoff().delayMillis(failures, retryAfterSeconds, random.next());
  }

  /// The line is back: no need to wait.
  void hurry(Application application) {
    application.tries.silentSinceMillis = -1;
    if (application.tries.awaitedSinceMillis < 0) {
      application.tries.retryAtMillis = 0;
    }
  }

  /// All files are in the store.
  void applied(ReleaseState.Fetching at) {
    programs
        .find(at.wanted())
        .ifPresent(program -> program.files().forEach(file -> downloads.finished(file.digest())));
  }

  Route failed(
      Application application, Route.ByBundle bundle, AgentEvent.BundleFailed event, Now now) {
    BundleTries tries = application.tries;
    tries.isUnderWay = false;
    tries.failures++;
    if (event.isFinal() || tries.failures >= APPLY_TRIES_MAX) {
      return bundle.down(Optional.of(event.reason()));
    }
    later(tries, event.reason(), tries.failures, 0, now);
    return bundle;
  }

  /// The bundle could not be fetched: it is another one by now, or none of use.
  Route fetchFailed(
      Application application, Route.ByBundle bundle, AgentEvent.FetchFailed event, Now now) {
    noteSilence(application.tries, bundle, event, now);
    if (event.reason() instanceof Reason.NotFound && application.lostBundles < LOST_MAX) {
      application.lostBundles++;
      application.lostBundle = Optional.of(bundle.bundle());
      return new Route.Asking(bundle.base().isPresent(), bundle.cause());
    }
    boolean isOfNoUse = !event.retryable() || event.reason() instanceof Reason.NotFound;
    return isOfNoUse ? bundle.down(Optional.of(event.reason())) : bundle;
  }

  private void noteSilence(
      BundleTries tries, Route.ByBundle bundle, AgentEvent.FetchFailed event, Now now) {
    long done = downloads.bytesDone(List.of(bundle.file()));
    if (!(event.reason() instanceof Reason.LineDown)) {
      tries.silentSinceMillis = -1;
    } else if (tries.silentSinceMillis < 0 || done != tries.silentBytes) {
      tries.silentSinceMillis = now.monotonicMillis();
      tries.silentBytes = done;
    }
  }

  /// What the content is called that comes on the way.
  Optional<String> pathOf(ReleaseState.Fetching at, Digest content) {
    return switch (at.route()) {
      case Route.Asking _ -> Optional.empty();
      case Route.ByBundle by ->
          by.bundle().equals(content) ? Optional.of(by.file().path()) : Optional.empty();
      case Route.ByFiles _ ->
          programs.find(at.wanted()).stream()
              .flatMap(program -> program.files().stream())
              .filter(file -> file.digest().equals(content))
              .map(Variant.File::path)
              .findFirst();
    };
  }

  /// What is live becomes what is wanted, by a bundle that builds on it.
  static boolean isByChange(ReleaseState state) {
    return state instanceof ReleaseState.Fetching at
        && at.route() instanceof Route.ByBundle by
        && by.base().isPresent();
  }

  /// The bundle that an application waits for.
  static Optional<Digest> bundleOf(ReleaseState state) {
    return state instanceof ReleaseState.Fetching at && at.route() instanceof Route.ByBundle by
        ? Optional.of(by.bundle())
        : Optional.empty();
  }
}
