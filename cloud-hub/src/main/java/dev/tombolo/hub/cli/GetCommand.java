package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.ApplicationRow;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.DeviceDetail;
import dev.tombolo.hub.http.api.FleetRow;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.SiteRow;
import dev.tombolo.hub.http.api.SlotShown;
import dev.tombolo.hub.policy.NearMiss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo get`.
@Command(
    name = "get",
    description = "List what the hub knows, or tell everything about one thing by its name.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo get devices",
      "  tombolo get devices --fleet retail --site store-117",
      "  tombolo get device store-117/counter-1",
      "  tombolo get fleet retail",
      "  tombolo get site store-117 --json",
      "  tombolo get slot store-117/counter-1",
      "  tombolo get application people-embedding",
      "  tombolo get rollout embedding-spring",
      "  tombolo get releases --json",
      "  tombolo get transfers --site store-117"
    })
@SuppressWarnings("NullAway.Init")
final class GetCommand extends HubOptions implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "WHAT",
      completionCandidates = Kinds.class,
      description = "One of: ${COMPLETION-CANDIDATES}")
  private String what;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAME",
      description =
          "Of a fleet, a site, an application; a slot as SITE/SLOT, a device by that or its id, a"
              + " rollout by id or name.")
  private @Nullable String name;

  @Option(names = "--fleet", paramLabel = "FLEET", description = "Only of this fleet.")
  private @Nullable String fleet;

  @Option(names = "--site", paramLabel = "SITE", description = "Only of this site.")
  private @Nullable String site;

  @Mixin private ListOptions lines;

  static final class Kinds extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Kinds() {
      Arrays.stream(Listing.values())
          .filter(listing -> listing != Listing.PUT_OUT)
          .forEach(listing -> add(word(listing)));
    }
  }

  @Override
  public Integer call() {
    Screen screen = screen();
    String kind = what.toLowerCase(Locale.ROOT);
    if (name != null) {
      one(kind, HubClient.escape(name), screen);
      return Exit.OK;
    }
    Listing listing = listing(kind);
    try (HubClient hub = hub()) {
      lines.show(listing, hub, screen, query());
    }
    return Exit.OK;
  }

  private void one(String kind, String escaped, Screen screen) {
    try (HubClient hub = hub()) {
      switch (kind) {
        case "device", "devices" -> {
          DeviceDetail detail = hub.get(DeviceDetail.class, "/devices/" + escaped);
          screen.say(detail, () -> words(detail));
        }
        case "rollout", "rollouts" -> {
          RolloutDetail detail = hub.get(RolloutDetail.class, "/rollouts/" + escaped);
          screen.say(detail, () -> RolloutPicture.of(detail));
        }
        case "site", "sites" -> {
          SiteRow row = hub.get(SiteRow.class, "/sites/" + escaped);
          screen.say(row, () -> ObjectWords.of(row));
        }
        case "slot", "slots" -> {
          SlotShown slot = hub.get(SlotShown.class, "/slots/" + escaped);
          screen.say(slot, () -> ObjectWords.of(slot));
        }
        case "fleet", "fleets" -> {
          FleetRow row = hub.get(FleetRow.class, "/fleets/" + escaped);
          screen.say(row, () -> ObjectWords.of(row));
        }
        case "application", "applications" -> {
          String only = fleet == null ? "" : "?fleet=" + HubClient.escape(fleet);
          List<ApplicationRow> rows =
              hub.list(ApplicationRow.class, "/applications/" + escaped + only);
          screen.say(rows, () -> String.join("\n", rows.stream().map(ObjectWords::of).toList()));
        }
        default ->
            throw Failure.usage(
                "'get "
                    + kind
                    + "' takes no name; with one: get fleet, site, slot, application, device, rollout");
      }
    }
  }

  private static Listing listing(String kind) {
    List<String> kinds = new Kinds();
    for (Listing listing : Listing.values()) {
      String word = word(listing);
      if (kinds.contains(word)
          && (kind.equals(word) || kind.equals(word.substring(0, word.length() - 1)))) {
        return listing;
      }
    }
    throw Failure.usage(
        "there are no '"
            + kind
            + "'"
            + NearMiss.of(kind, kinds)
                .map(meant -> "; did you mean '" + meant + "'?")
                .orElse("; get one of " + String.join(", ", kinds)));
  }

  private String query() {
    List<String> parts = new ArrayList<>();
    if (fleet != null) {
      parts.add("fleet=" + HubClient.escape(fleet));
    }
    if (site != null) {
      parts.add("site=" + HubClient.escape(site));
    }
    return String.join("&", parts);
  }

  private static String word(Listing listing) {
    return listing.name().toLowerCase(Locale.ROOT);
  }

  private static String words(DeviceDetail detail) {
    StringBuilder words = new StringBuilder();
    line(words, "slot", detail.device().slot());
    line(words, "device", detail.device().device());
    line(words, "fleet", detail.device().fleet());
    line(
        words,
        "standing",
        detail.device().standing()
            + (detail.standingReason().isEmpty() ? "" : ": " + detail.standingReason()));
    line(
        words,
        "line",
        (detail.device().online() ? "up" : "down")
            + ", last seen "
            + Listing.ago(detail.device().seenMillis()));
    line(words, "agent", detail.device().agentVersion());
    line(words, "enrolled", Listing.ago(detail.enrolledMillis()));
    line(words, "certificate", "ends " + Listing.ago(detail.certificateEndsMillis()));
    line(
        words,
        "document",
        detail.revision() == 0
            ? "none yet"
            : "revision "
                + detail.revision()
                + (detail.heldRevision() == detail.revision()
                    ? ", held by the device"
                    : ", the device holds " + detail.heldRevision()));
    line(words, "reported", Listing.ago(detail.stateMillis()));
    detail.reasons().forEach(reason -> line(words, "reason", reason));
    for (ApplicationState application : detail.device().applications()) {
      line(words, "application", application.name());
      line(words, "  wanted", application.wanted() == null ? "-" : application.wanted());
      line(words, "  live", application.live() == null ? "-" : application.live());
      line(
          words,
          "  state",
          Listing.stateOf(application)
              + (application.sinceMillis() == 0
                  ? ""
                  : " since " + Listing.ago(application.sinceMillis())));
      if (application.bytesTotal() > 0) {
        line(
            words,
            "  files",
            Ago.bytes(application.bytesDone()) + " of " + Ago.bytes(application.bytesTotal()));
      }
      if (application.pid() > 0) {
        line(words, "  process", "pid " + application.pid());
      }
      application.reasons().forEach(reason -> line(words, "  reason", reason));
    }
    new TreeMap<>(detail.facts()).forEach((fact, value) -> line(words, fact, value));
    return words.toString();
  }

  private static void line(StringBuilder words, String label, String value) {
    words.append(String.format(Locale.ROOT, "%-14s%s%n", label, value));
  }
}
