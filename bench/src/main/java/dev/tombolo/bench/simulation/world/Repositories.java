package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.NoteGit.GitNote;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Applications that come out of Git repositories, in a share of the worlds: commits that are good,
/// wait for a person, reach for what is not theirs, or do not read; and people who move an
/// application to another repository while the old one is still being read.
final class Repositories {
  private static final double WORLDS_SHARE = 0.6;
  private static final double GAP_MILLIS = 4.0 * VirtualTime.DAY;

  private static final Name PEOPLE = Releases.APPLICATIONS.get(0);
  private static final Name WORDS = Releases.APPLICATIONS.get(2);
  private static final Name LABORATORY = new Name("laboratory");
  private static final Name NOBODYS = new Name("nobodys");

  private static final List<GitSource> SOURCES =
      List.of(
          new GitSource("https://git.example.com/shops.git", "main", "people", 60_000),
          new GitSource("https://git.example.com/shops.git", "main", "", 60_000),
          new GitSource("https://git.example.com:8443/shops.git", "next", "people", 60_000),
          new GitSource("https://git.example.com:443/shops.git", "main", "people", 60_000),
          new GitSource("file:///srv/shops.git", "main", "people", 60_000));

  private final World world;
  private final Chance chance;
  private final boolean areThere;
  private int commits;
  private int people;

  Repositories(World world) {
    this.world = world;
    this.chance = world.chance("repositories");
    this.areThere =
        chance.isWithin(WORLDS_SHARE) && world.hasMorePlays() && !world.plan().faults().isEmpty();
  }

  void begin() {
    if (areThere) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS / 4), this::next);
    }
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    world.counts().add("repositories looked at");
    switch (chance.below(10)) {
      case 0, 1 -> ask(apply(List.of(named()), Optional.empty()));
      case 2, 3, 4, 5 -> commit();
      default -> ask(note());
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }

  private void ask(AdminCommand command) {
    world.operators().ask(command, answer -> {});
  }

  private AdminCommand apply(List<AdminObject> objects, Optional<AdminCommand.Commit> commit) {
    return new AdminCommand.Apply(
        objects,
        Optional.empty(),
        chance.isWithin(0.1),
        Optional.empty(),
        Map.of(),
        chance.isWithin(0.3),
        commit);
  }

  private GitSource source() {
    return SOURCES.get(chance.isWithin(0.7) ? 0 : chance.below(SOURCES.size()));
  }

  private Name application() {
    return chance.isWithin(0.8) ? PEOPLE : WORDS;
  }

  /// A person says where it comes from, or that it does not any more.
  private AdminObject named() {
    return new AdminObject.Application(
        application(),
        World.FLEET,
        Optional.empty(),
        "People " + ++people,
        Map.of(),
        Map.of(),
        List.of(),
        chance.isWithin(0.85) ? Optional.of(source()) : Optional.empty());
  }

  private void commit() {
    GitSource source = source();
    Name application = chance.isWithin(0.95) ? application() : NOBODYS;
    AdminCommand.Commit commit =
        new AdminCommand.Commit(
            World.FLEET,
            application,
            source,
            id(chance.isWithin(0.8) ? ++commits : commits),
            "Anna: more threads",
            chance.isWithin(0.3) ? "anna" : "");
    List<AdminObject> objects = new ArrayList<>();
    if (chance.isWithin(0.9)) {
      objects.add(content(chance.isWithin(0.9) ? application : application()));
    }
    while (chance.isWithin(0.3)) {
      objects.add(object());
    }
    ask(apply(objects, Optional.of(commit)));
    if (chance.isWithin(0.3)) {
      // The same once more, as at the next look.
      ask(apply(objects, Optional.of(commit)));
    }
    ask(new AdminCommand.NoteGit(World.FLEET, application, source, new GitNote.Well(commit.id())));
  }

  private static String id(int number) {
    return "%040x".formatted(number);
  }

  private AdminObject.Application content(Name application) {
    List<Releases.Release> known = world.releases().of(application);
    Optional<ReleaseRef> release =
        known.isEmpty() || chance.isWithin(0.3)
            ? Optional.empty()
            : Optional.of(known.get(Math.max(0, known.size() - 1 - chance.below(3))).ref());
    return new AdminObject.Application(
        application,
        World.FLEET,
        release,
        "",
        Map.of(),
        application.equals(PEOPLE) && chance.isWithin(0.5)
            ? Map.of("threads", Integer.toString(1 + chance.below(8)))
            : Map.of(),
        List.of(),
        chance.isWithin(0.05) ? Optional.of(source()) : Optional.empty());
  }

  /// Beside the application: what a repository may say, and what it may not.
  private AdminObject object() {
    Name site = world.siteName(chance.below(world.plan().sites()));
    return switch (chance.below(9)) {
      case 0 -> new AdminObject.Fleet(LABORATORY, "", Map.of(), true, Map.of());
      case 1 ->
          new AdminObject.Site(
              new Name("bench"), LABORATORY, "", Map.of(), "Europe/Berlin", "", "", Map.of());
      case 2 ->
          new AdminObject.Site(site, LABORATORY, "", Map.of(), "Europe/Berlin", "", "", Map.of());
      case 3 -> new AdminObject.Slot(new SlotRef(NOBODYS, PEOPLE), "", Map.of(), Map.of());
      case 4 ->
          new AdminObject.Slot(
              new SlotRef(site, new Name("shelf-" + chance.below(9))),
              "Shelf " + chance.below(4),
              Map.of(),
              Map.of());
      case 5 -> content(WORDS);
      case 6 -> rollout(World.FLEET);
      case 7 -> rollout(LABORATORY);
      default ->
          new AdminObject.Application(PEOPLE, LABORATORY, Optional.empty(), "", Map.of(), Map.of());
    };
  }

  private AdminObject rollout(Name fleet) {
    return new AdminObject.Rollout(
        new Name("of-git-" + chance.below(4)),
        new ReleaseRef(PEOPLE, "1.0"),
        new Scope(fleet, Set.of(), Map.of()),
        new RolloutPlan(
            List.of(), new Budgets(0, 0, 0), new AbortRule(0, 0, false), VirtualTime.DAY, null),
        Optional.empty());
  }

  private AdminCommand note() {
    Name application = chance.isWithin(0.95) ? application() : NOBODYS;
    String id = id(chance.isWithin(0.5) ? commits : ++commits);
    GitNote note =
        switch (chance.below(6)) {
          case 0, 1 -> new GitNote.Waits(id, "Anna: less threads");
          case 2 -> new GitNote.Wrong(id, "Anna: a slip", "no such kind", "people/app.yaml", 7);
          case 3 -> new GitNote.Wrong(id, "Anna: a slip", "too large", "", 0);
          case 4 -> new GitNote.Wrong("", "", "the server does not answer", "", 0);
          default -> new GitNote.Well(id);
        };
    AdminCommand command = new AdminCommand.NoteGit(World.FLEET, application, source(), note);
    if (chance.isWithin(0.4)) {
      ask(command);
    }
    return command;
  }
}
