package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.AssignmentRow;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.CountsRow;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.FleetRow;
import dev.tombolo.hub.http.api.ReleaseRow;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.SiteRow;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.http.api.SlotRow;
import dev.tombolo.hub.http.api.TokenRow;
import dev.tombolo.hub.http.api.TransferRow;
import dev.tombolo.hub.http.api.UserRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What can be listed, and how it looks as a table.
enum Listing {
  FLEETS("no fleet yet; write one into a file and: tombolo apply -f FILE") {
    @Override
    void show(Pager pager, Screen screen) {
      List<FleetRow> rows = pager.rows(FleetRow.class, "/fleets");
      Table table =
          new Table(
              "FLEET",
              "PROTECTED",
              "SITES",
              "DEVICES",
              "UP TO DATE",
              "WAITING",
              "FAILED",
              "OFFLINE",
              "CHANGED",
              "BY",
              "NAME");
      for (FleetRow row : rows) {
        table.row(
            row.name(),
            row.guarded() ? "yes" : "no",
            "" + row.sites(),
            "" + row.devices(),
            "" + row.counts().upToDate(),
            "" + row.counts().waiting(),
            "" + row.counts().failed(),
            "" + row.counts().offline(),
            ago(row.changedMillis()),
            row.changedBy(),
            row.displayName());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  SITES("no site yet; write one into a file and: tombolo apply -f FILE") {
    @Override
    void show(Pager pager, Screen screen) {
      List<SiteRow> rows = pager.rows(SiteRow.class, "/sites");
      Table table =
          new Table(
              "SITE",
              "FLEET",
              "TIME ZONE",
              "SWITCHES",
              "SLOTS",
              "DEVICES",
              "UP TO DATE",
              "WAITING",
              "FAILED",
              "OFFLINE",
              "CHANGED",
              "BY",
              "NAME");
      for (SiteRow row : rows) {
        table.row(
            row.name(),
            row.fleet(),
            row.timeZone(),
            switches(row.times()),
            "" + row.slots(),
            "" + row.devices(),
            "" + row.counts().upToDate(),
            "" + row.counts().waiting(),
            "" + row.counts().failed(),
            "" + row.counts().offline(),
            ago(row.changedMillis()),
            row.changedBy(),
            row.displayName());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  SLOTS("no slot yet; write one into a file and: tombolo apply -f FILE") {
    @Override
    void show(Pager pager, Screen screen) {
      List<SlotRow> rows = pager.rows(SlotRow.class, "/slots");
      Table table = new Table("SLOT", "FLEET", "DEVICE", "CHANGED", "BY", "NAME");
      for (SlotRow row : rows) {
        table.row(
            row.slot(),
            row.fleet(),
            Objects.requireNonNullElse(row.device(), "-"),
            ago(row.changedMillis()),
            row.changedBy(),
            row.displayName());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  DEVICES("no device yet; make a token for one: tombolo token create --fleet FLEET --site SITE") {
    @Override
    void show(Pager pager, Screen screen) {
      List<DeviceRow> rows = pager.rows(DeviceRow.class, "/devices");
      Table table =
          new Table(
              "SLOT", "LINE", "SEEN", "APPLICATION", "WANTED", "LIVE", "STATE", "SINCE", "DEVICE");
      for (DeviceRow row : rows) {
        List<ApplicationState> applications =
            row.applications().isEmpty()
                ? List.of(new ApplicationState("-", null, null, "-", 0, 0, 0, 0, List.of()))
                : row.applications();
        for (ApplicationState application : applications) {
          table.row(
              row.slot(),
              lineOf(row),
              ago(row.seenMillis()),
              application.name(),
              Objects.requireNonNullElse(application.wanted(), "-"),
              Objects.requireNonNullElse(application.live(), "-"),
              stateOf(application),
              application.sinceMillis() == 0 ? "-" : ago(application.sinceMillis()),
              row.device());
        }
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  PUT_OUT("none") {
    @Override
    void show(Pager pager, Screen screen) {
      List<DeviceRow> rows = pager.rows(DeviceRow.class, "/devices");
      Table table = new Table("SLOT", "STANDING", "SEEN", "DEVICE", "NEXT");
      for (DeviceRow row : rows) {
        table.row(
            row.slot(),
            row.standing(),
            ago(row.seenMillis()),
            row.device(),
            "tombolo why " + row.device());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  RELEASES("no release yet; sign one and push it: tombolo release sign --help") {
    @Override
    void show(Pager pager, Screen screen) {
      List<ReleaseRow> rows = pager.rows(ReleaseRow.class, "/releases");
      Table table =
          new Table(
              "RELEASE", "KIND", "FLEETS", "NEEDS", "FILES", "SIZE", "PUSHED", "BY", "DIGEST");
      for (ReleaseRow row : rows) {
        table.row(
            row.name() + "@" + row.version(),
            row.kind(),
            String.join(",", row.fleets()),
            row.needs().isEmpty() ? "-" : String.join(", ", row.needs()),
            "" + row.files(),
            Ago.bytes(row.bytes()),
            ago(row.pushedMillis()),
            row.pushedBy(),
            row.digest().substring("sha256:".length(), "sha256:".length() + 12));
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  APPLICATIONS("nothing is assigned yet: tombolo assign NAME@VERSION --fleet FLEET") {
    @Override
    void show(Pager pager, Screen screen) {
      List<AssignmentRow> rows = pager.rows(AssignmentRow.class, "/applications");
      Table table =
          new Table(
              "APPLICATION",
              "PLACE",
              "VERSION",
              "DEVICES",
              "UP TO DATE",
              "WAITING",
              "FAILED",
              "OFFLINE",
              "CHANGED",
              "BY",
              "DIGEST");
      for (AssignmentRow row : rows) {
        table.row(
            row.application(),
            row.place(),
            row.version(),
            of(row.counts(), CountsRow::total),
            of(row.counts(), CountsRow::upToDate),
            of(row.counts(), CountsRow::waiting),
            of(row.counts(), CountsRow::failed),
            of(row.counts(), CountsRow::offline),
            ago(row.changedMillis()),
            row.changedBy(),
            row.digest().substring("sha256:".length(), "sha256:".length() + 12));
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  ROLLOUTS("no rollout yet; begin one: tombolo rollout create") {
    @Override
    void show(Pager pager, Screen screen) {
      List<RolloutRow> rows = pager.rows(RolloutRow.class, "/rollouts");
      screen.table(rows, RolloutCommand.table(rows), whenEmpty());
    }
  },
  TRANSFERS("nothing is on its way to any device") {
    @Override
    void show(Pager pager, Screen screen) {
      List<TransferRow> rows = pager.rows(TransferRow.class, "/transfers");
      Table table =
          new Table(
              "DEVICE", "RELEASE", "HOW", "BASE", "DONE", "OF", "RATE", "LEFT", "SINCE", "WHY");
      for (TransferRow row : rows) {
        Long left = row.secondsLeft();
        table.row(
            row.slot() + (row.online() ? "" : " (down)"),
            row.application() + "@" + Objects.requireNonNullElse(row.version(), "?"),
            row.how(),
            Objects.requireNonNullElse(row.base(), "-"),
            Long.toString(row.bytesDone()),
            Long.toString(row.bytesTotal()),
            row.bytesPerSecond() == 0 ? "-" : Ago.bytes(row.bytesPerSecond()) + "/s",
            left == null ? "-" : Ago.span(left * 1000),
            ago(row.sinceMillis()),
            row.reasons().stream()
                .filter(reason -> !reason.startsWith("Downloading "))
                .collect(Collectors.joining(" ")));
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  BUNDLES("no bundle yet; the hub makes them when releases are pushed or assigned") {
    @Override
    void show(Pager pager, Screen screen) {
      List<BundleRow> rows = pager.rows(BundleRow.class, "/bundles");
      Table table = new Table("TO", "VARIANT", "FROM", "STATE", "SIZE", "OF", "USED", "WHY");
      for (BundleRow row : rows) {
        table.row(
            row.target(),
            Integer.toString(row.variant()),
            Objects.requireNonNullElse(row.base(), "nothing"),
            row.standing(),
            row.bytes() == 0 ? "-" : Ago.bytes(row.bytes()),
            Ago.bytes(row.plainBytes()),
            row.usedMillis() == 0 ? "-" : ago(row.usedMillis()),
            row.detail());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  TOKENS("no join token yet: tombolo token create --fleet FLEET --site SITE") {
    @Override
    void show(Pager pager, Screen screen) {
      List<TokenRow> rows = pager.rows(TokenRow.class, "/tokens");
      Table table = new Table("TOKEN", "STATE", "FOR", "USED", "EXPIRES", "MADE", "BY");
      for (TokenRow row : rows) {
        table.row(
            row.id(),
            row.state(),
            placeOf(row),
            row.used() + " of " + row.uses(),
            ago(row.expiresMillis()),
            ago(row.createdMillis()),
            row.createdBy());
      }
      screen.table(rows, table, whenEmpty());
    }
  },
  USERS("no user") {
    @Override
    void show(Pager pager, Screen screen) {
      List<UserRow> rows = pager.rows(UserRow.class, "/users");
      Table table = new Table("USER", "STATE", "MADE", "BY");
      for (UserRow row : rows) {
        Long revoked = row.revokedMillis();
        table.row(
            row.name(),
            revoked == null ? "active" : "revoked " + ago(revoked),
            ago(row.createdMillis()),
            row.createdBy());
      }
      screen.table(rows, table, whenEmpty());
    }
  };

  private final String whenEmpty;

  Listing(String whenEmpty) {
    this.whenEmpty = whenEmpty;
  }

  abstract void show(Pager pager, Screen screen);

  String whenEmpty() {
    return whenEmpty;
  }

  /// Counted only where a whole fleet is meant.
  private static String of(@Nullable CountsRow counts, ToLongFunction<CountsRow> which) {
    return counts == null ? "-" : Long.toString(which.applyAsLong(counts));
  }

  static String lineOf(DeviceRow row) {
    return row.standing().equals("active") ? (row.online() ? "up" : "down") : row.standing();
  }

  static String stateOf(ApplicationState application) {
    if (application.phase().equals("fetching") && application.bytesTotal() > 0) {
      return "fetching " + application.bytesDone() * 100 / application.bytesTotal() + "%";
    }
    return application.phase();
  }

  private static String placeOf(TokenRow row) {
    return Stream.of(row.fleet(), row.site(), row.slot())
        .filter(Objects::nonNull)
        .collect(Collectors.joining("/"));
  }

  /// When a site switches, in short; all of it is in the JSON.
  static String switches(SiteTimesBody times) {
    List<String> words = new ArrayList<>();
    int more = times.switching().size() - 1;
    if (more >= 0) {
      words.add(times.switching().getFirst() + (more == 0 ? "" : " +" + more));
    }
    if (!times.openingHours().isEmpty()) {
      words.add("not while open");
    }
    if (!times.freezeDates().isEmpty()) {
      words.add("freezes: " + times.freezeDates().size());
    }
    return words.isEmpty() ? "any time" : String.join(", ", words);
  }

  static String labels(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(","));
  }

  static String ago(long millis) {
    return Ago.of(millis, System.currentTimeMillis());
  }
}
