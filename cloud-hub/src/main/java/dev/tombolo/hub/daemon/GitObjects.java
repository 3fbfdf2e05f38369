package dev.tombolo.hub.daemon;

import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.gitops.Snapshot;
import dev.tombolo.hub.http.ObjectBodies;
import dev.tombolo.hub.http.RefusedException;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.objects.ObjectsYaml;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The objects that stand in the files of one commit, and where each of them stands.
final class GitObjects {
  private static final int SHORT = 8;

  private final Snapshot snapshot;
  private final List<AdminObject> objects = new ArrayList<>();
  private final Map<String, AdminCommand.Sources> sources = new HashMap<>();
  private final Map<String, Place> places = new HashMap<>();

  /// @param file in the repository
  private record Place(String file, ObjectsYaml yaml, ObjectBody body) {}

  /// Something in a file is not as it has to be.
  ///
  /// @param file empty: it is about no one file
  /// @param line from 1; 0: the whole file
  record Fault(String what, String file, int line) {}

  /// How reading ended.
  sealed interface Outcome {
    record Sound(GitObjects objects) implements Outcome {}

    record Faulty(Fault fault) implements Outcome {}
  }

  private GitObjects(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  static Outcome read(Snapshot snapshot) {
    GitObjects read = new GitObjects(snapshot);
    for (Map.Entry<String, String> file : snapshot.files().entrySet()) {
      Optional<Fault> fault = read.add(file.getKey(), file.getValue());
      if (fault.isPresent()) {
        return new Outcome.Faulty(fault.get());
      }
    }
    boolean isNothing = read.objects.isEmpty() && !snapshot.files().isEmpty();
    return isNothing
        ? new Outcome.Faulty(new Fault("there is no object", snapshot.files().firstKey(), 0))
        : new Outcome.Sound(read);
  }

  private Optional<Fault> add(String file, String text) {
    ObjectsYaml yaml;
    try {
      yaml = ObjectsYaml.readAny(file + "@" + snapshot.commit().substring(0, SHORT), text);
    } catch (YamlFault fault) {
      return Optional.of(new Fault(fault.what(), file, fault.line()));
    }
    for (ObjectBody body : yaml.objects()) {
      AdminObject object;
      try {
        object = ObjectBodies.read(body);
      } catch (RefusedException e) {
        return Optional.of(new Fault(ReasonText.say(e.reason()), file, yaml.lineOf(body)));
      }
      Place before = places.putIfAbsent(object.title(), new Place(file, yaml, body));
      if (before != null) {
        return Optional.of(
            new Fault(
                object.title() + " stands in " + before.file() + " already",
                file,
                yaml.lineOf(body)));
      }
      objects.add(object);
      sources.put(object.title(), ObjectBodies.sources(body));
    }
    return Optional.empty();
  }

  List<AdminObject> all() {
    return List.copyOf(objects);
  }

  AdminCommand.Apply command(
      AdminCommand.Commit commit, Optional<String> typedName, boolean dryRun) {
    return new AdminCommand.Apply(
        objects, typedName, dryRun, Optional.empty(), sources, true, Optional.of(commit));
  }

  /// Where in the files a refusal belongs.
  Fault placed(AdminAnswer.Refused refused) {
    if (refused.reason() instanceof Reason.InputInvalid invalid) {
      for (Place place : places.values()) {
        Optional<YamlFault> fault =
            place
                .yaml()
                .fault(invalid.field(), "'" + invalid.value() + "' is not valid; " + invalid.fix());
        if (fault.isPresent()) {
          return new Fault(fault.get().what(), place.file(), fault.get().line());
        }
      }
    }
    String what = ReasonText.say(refused.reason());
    Place place = places.get(refused.about());
    if (place == null) {
      return new Fault(what, "", 0);
    }
    Map<String, Integer> lines = place.body().lines();
    Integer release =
        refused.reason() instanceof Reason.NotFound missing
                && missing.kind().equals("release")
                && lines != null
            ? lines.get("release")
            : null;
    return new Fault(
        what, place.file(), release == null ? place.yaml().lineOf(place.body()) : release);
  }
}
