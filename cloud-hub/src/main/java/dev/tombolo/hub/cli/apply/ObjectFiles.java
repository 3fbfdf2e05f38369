package dev.tombolo.hub.cli.apply;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.config.YamlFault;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.objects.ObjectsYaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The objects of all files that a command was given.
public final class ObjectFiles {
  /// Files of one command.
  static final int FILES_MAX = 20_000;

  private final List<ObjectsYaml> sources = new ArrayList<>();
  private final List<ObjectBody> objects = new ArrayList<>();

  private ObjectFiles() {}

  /// @param names of files, of folders (every `*.yaml` and `*.yml` in them and below, but hidden
  ///   ones), or `-` for standard input
  /// @throws YamlFault at the first mistake
  public static ObjectFiles read(List<String> names) throws IOException {
    ObjectFiles read = new ObjectFiles();
    Map<String, String> places = new HashMap<>();
    for (String name : names) {
      for (String file : filesOf(name)) {
        String shown = file.equals("-") ? "standard input" : file;
        boolean isOfFolder = !file.equals(name);
        ObjectsYaml source =
            isOfFolder
                ? ObjectsYaml.readAny(shown, text(file))
                : ObjectsYaml.read(shown, text(file));
        for (ObjectBody object : source.objects()) {
          String identity = object.kind() + " " + ObjectsYaml.nameOf(object);
          String before = places.putIfAbsent(identity, shown);
          if (before != null) {
            throw Failure.refused(
                "input-invalid", shown + ": " + identity + " stands in " + before + " already");
          }
          read.objects.add(object);
        }
        read.sources.add(source);
      }
    }
    if (read.objects.isEmpty()) {
      throw Failure.refused("input-invalid", "there is no object in " + String.join(", ", names));
    }
    return read;
  }

  public List<ObjectBody> objects() {
    return List.copyOf(objects);
  }

  /// The fault at the place of a value that a hub has refused.
  public Optional<YamlFault> fault(String field, String what) {
    return sources.stream().flatMap(source -> source.fault(field, what).stream()).findFirst();
  }

  /// A refusal that names one of the objects, at its line.
  public Optional<YamlFault> faultOf(String refusal) {
    return sources.stream().flatMap(source -> source.faultOf(refusal).stream()).findFirst();
  }

  private static List<String> filesOf(String name) throws IOException {
    Path path = Path.of(name);
    if (name.equals("-") || !Files.isDirectory(path)) {
      return List.of(name);
    }
    TreeSet<String> found = new TreeSet<>();
    try (Stream<Path> all = Files.walk(path)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        String relative = path.relativize(file).toString();
        boolean isHidden = relative.startsWith(".") || relative.contains("/.");
        if (!isHidden && relative.matches(".*\\.ya?ml") && Files.isRegularFile(file)) {
          found.add(file.toString());
        }
        if (found.size() > FILES_MAX) {
          throw Failure.refused("limit-exceeded", name + " has more than " + FILES_MAX + " files");
        }
      }
    }
    if (found.isEmpty()) {
      throw new Failure(Exit.NOT_FOUND, "not-found", "there is no *.yaml or *.yml in " + name);
    }
    return List.copyOf(found);
  }

  private static String text(String file) throws IOException {
    if (file.equals("-")) {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try {
      return Files.readString(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new Failure(Exit.NOT_FOUND, "not-found", "there is no file " + file, e);
    } catch (IOException e) {
      throw new Failure(
          Exit.REFUSED, "unreadable", "cannot read " + file + " as UTF-8 text: " + e, e);
    }
  }
}
