package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.ExplainedLink;
import dev.tombolo.hub.http.api.ExplainedValue;
import dev.tombolo.hub.http.api.Explanation;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `tombolo explain`.
@Command(
    name = "explain",
    description = {
      "Where does each value of a device come from: which layer, object, line and person?",
      "The layer that counts comes first, then those that it overrides."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo explain store-117/counter-1",
      "  tombolo explain store-117/counter-1 people-embedding",
      "  tombolo explain store-117/counter-1 people-embedding.release",
      "  tombolo explain store-117/counter-1 people-embedding.parameters.port --json",
      "  tombolo explain store-117/counter-1 line.bandwidth",
      "",
      "Layers, broadest first: global (the application's own), fleet, site, device (slot), rollout,",
      "override (a patch of the application's sync policies). What none of them says is as the release",
      "has it: layer 'release default'."
    })
@SuppressWarnings("NullAway.Init")
final class ExplainCommand extends HubOptions implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DEVICE",
      description = "A device's id, or its slot as SITE/SLOT.")
  private String device;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description =
          "APPLICATION, APPLICATION.release, APPLICATION.parameters.NAME or line.bandwidth.")
  private @Nullable String path;

  @Override
  public Integer call() {
    Screen screen = screen();
    String asked = path;
    try (HubClient hub = hub()) {
      Explanation explanation =
          hub.get(
              Explanation.class,
              "/devices/"
                  + HubClient.escape(device)
                  + "/explain"
                  + (asked == null ? "" : "?path=" + HubClient.escape(asked)));
      screen.say(explanation, () -> words(explanation));
    }
    return Exit.OK;
  }

  private static String words(Explanation explanation) {
    StringBuilder words =
        new StringBuilder(explanation.slot())
            .append(" (")
            .append(Objects.requireNonNullElse(explanation.device(), "no device"))
            .append("), fleet ")
            .append(explanation.fleet())
            .append("\nlabels: ")
            .append(
                new TreeMap<>(explanation.labels())
                    .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(", ")))
            .append("\n\n");
    if (explanation.values().isEmpty()) {
      words.append("no application is selected for it; see 'tombolo assign --help'\n");
    } else {
      words.append(table(explanation));
    }
    explanation
        .troubles()
        .forEach(trouble -> words.append("left out: ").append(trouble).append('\n'));
    return words.toString();
  }

  private static Table table(Explanation explanation) {
    Table table = new Table("VALUE", "LAYER", "SAYS", "OBJECT", "BY", "WHEN", "WRITTEN IN");
    for (ExplainedValue value : explanation.values()) {
      boolean isFirst = true;
      for (ExplainedLink link : value.chain()) {
        String text = Objects.requireNonNullElse(link.text(), "(taken away)");
        String given = value.value();
        boolean isFilled = isFirst && given != null && !given.equals(link.text());
        table.row(
            isFirst ? value.path() : "  overrides",
            link.layer(),
            isFilled ? given + " (from " + text + ")" : text,
            // Where the line is known, it says more.
            link.where().isEmpty() || !link.source().isEmpty()
                ? link.object()
                : link.object() + " " + link.where(),
            link.by().isEmpty() ? "-" : link.by(),
            link.millis() == 0 ? "-" : Listing.ago(link.millis()),
            link.source().isEmpty() ? "-" : link.source());
        isFirst = false;
      }
    }
    return table;
  }
}
