package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.objects.ObjectsYaml;
import dev.tombolo.hub.policy.NearMiss;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `tombolo schema`.
@Command(
    name = "schema",
    description = {
      "Print the JSON Schema of a kind of object, for editors and checks; without a kind, of all.",
      "A YAML file that fits it is read by apply, but for what a schema cannot know: names of time",
      "zones, template variables, dates that do not exist, a wave of all others that is not the",
      "last, fleets that disagree, and details of a repository's URL, branch and folder."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo schema Application > application.schema.json",
      "  tombolo schema Site | jq .properties.spec",
      "",
      "In an editor with yaml-language-server, in a file's first line:",
      "  # yaml-language-server: $schema=site.schema.json"
    })
@SuppressWarnings("NullAway.Init")
final class SchemaCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      completionCandidates = Kinds.class,
      description = "One of: ${COMPLETION-CANDIDATES}")
  private @Nullable String kind;

  static final class Kinds extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Kinds() {
      super(ObjectsYaml.KINDS);
    }
  }

  @Override
  public Integer call() throws IOException {
    Screen screen = common.screen();
    if (kind != null) {
      screen.out().print(schema(known(kind)));
    } else {
      // One that fits whatever a file has.
      List<String> all = new ArrayList<>();
      for (String each : ObjectsYaml.KINDS) {
        all.add(schema(each).strip());
      }
      screen.out().println("{\"anyOf\": [\n" + String.join(",\n", all) + "\n]}");
    }
    screen.out().flush();
    return Exit.OK;
  }

  private static String known(String kind) {
    Optional<String> found =
        ObjectsYaml.KINDS.stream().filter(ObjectsYaml.kindOf(kind)::equalsIgnoreCase).findFirst();
    return found.orElseThrow(
        () ->
            Failure.usage(
                "there is no kind '"
                    + kind
                    + "'"
                    + NearMiss.of(kind, ObjectsYaml.KINDS)
                        .map(meant -> "; did you mean '" + meant + "'?")
                        .orElse("; use one of " + String.join(", ", ObjectsYaml.KINDS))));
  }

  /// The text of a kind's schema.
  static String schema(String kind) throws IOException {
    try (InputStream in = SchemaCommand.class.getResourceAsStream("schema/" + kind + ".json")) {
      if (in == null) {
        throw new IOException("this program was built without the schema of " + kind);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
