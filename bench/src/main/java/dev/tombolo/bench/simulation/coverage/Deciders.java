package dev.tombolo.bench.simulation.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The packages that decide, in hub and agent.
final class Deciders {
  static final List<String> PACKAGES =
      List.of(
          "dev.tombolo.hub.audit",
          "dev.tombolo.hub.core",
          "dev.tombolo.hub.core.admin",
          "dev.tombolo.hub.core.view",
          "dev.tombolo.hub.desired",
          "dev.tombolo.hub.device",
          "dev.tombolo.hub.join",
          "dev.tombolo.hub.policy",
          "dev.tombolo.hub.release",
          "dev.tombolo.hub.rollout",
          "dev.tombolo.hub.user",
          "dev.tombolo.agent.core",
          "dev.tombolo.agent.desired",
          "dev.tombolo.agent.link",
          "dev.tombolo.agent.outbox",
          "dev.tombolo.agent.release",
          "dev.tombolo.agent.window",
          "dev.tombolo.agent.workload");

  private Deciders() {}

  static boolean contain(String className) {
    int end = className.lastIndexOf('.');
    return end > 0 && PACKAGES.contains(className.substring(0, end));
  }

  /// Names of all their classes, loaded or not: what no world touches is to be seen, too.
  static List<String> classes(ClassLoader loader) {
    List<String> names = new ArrayList<>();
    for (String each : PACKAGES) {
      String folder = each.replace('.', '/');
      URL place = loader.getResource(folder + "/package-info.class");
      if (place != null) {
        names.addAll(classesBeside(place, each));
      }
    }
    return names;
  }

  private static List<String> classesBeside(URL packageInfo, String inPackage) {
    try {
      URI place = packageInfo.toURI();
      if (!place.getScheme().equals("jar")) {
        return namesIn(Path.of(place).resolveSibling(""), inPackage);
      }
      Path jar = Path.of(URI.create(place.getSchemeSpecificPart().replaceFirst("!.*", "")));
      try (FileSystem inside = FileSystems.newFileSystem(jar)) {
        return namesIn(inside.getPath(inPackage.replace('.', '/')), inPackage);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a resource without a URI", e);
    }
  }

  private static List<String> namesIn(Path folder, String inPackage) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
          .map(name -> inPackage + "." + name.substring(0, name.length() - ".class".length()))
          .sorted()
          .toList();
    }
  }
}
