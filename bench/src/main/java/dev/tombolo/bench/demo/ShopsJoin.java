package dev.tombolo.bench.demo;

import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Step 2: three shops enrol with a token each, over a line of their own.
final class ShopsJoin implements Step {
  private static final Pattern TOKEN = Pattern.compile("tmb1_[0-9a-zA-Z-]+");
  private static final Duration ONLINE_LIMIT = Duration.ofMinutes(4);

  @Override
  public String name() {
    return "shops-join";
  }

  @Override
  public String title() {
    return "Three shops join, each with a token for its slot";
  }

  @Override
  public void play(Town town) throws Exception {
    town.runtime().await();
    Files.writeString(town.folder().resolve("shops.yaml"), yaml(town.shops()));
    List<Spawned> lines = new ArrayList<>();
    for (Shop shop : town.shops()) {
      lines.add(shop.layLine(town.shell(), town.runtime(), town.hub().edgePort()));
    }
    town.shell().tombolo("apply", "-f", "shops.yaml");
    for (Spawned line : lines) {
      Shop.awaitLine(line);
    }
    enrol(town);
    for (Shop shop : town.shops()) {
      shop.startAgent(town.shell());
    }
    town.await("all shops to be online", town.shops(), ONLINE_LIMIT, DeviceSeen::online);
    List<DeviceSeen> devices = town.hub().devices();
    town.claim(
        "three devices with keys of their own are online",
        devices.stream().filter(DeviceSeen::online).map(DeviceSeen::device).distinct().count()
            == town.shops().size());
    for (Shop shop : town.shops()) {
      town.claim(
          shop.name() + " came over its own line, as its token said", shop.line().bytesDown() > 0);
    }
  }

  private static void enrol(Town town) throws IOException, InterruptedException {
    List<List<String>> asked = new ArrayList<>();
    for (Shop shop : town.shops()) {
      asked.add(
          List.of(
              "token",
              "create",
              "--fleet",
              Town.FLEET,
              "--slot",
              shop.slot(),
              "--endpoint",
              shop.endpoint()));
    }
    List<String> made = town.shell().quietlyAtOnce("tombolo", asked);
    List<List<String>> enrolments = new ArrayList<>();
    for (Shop shop : town.shops()) {
      shop.furnish(town.folder(), town.runtime());
      String token = shown(town, made.get(enrolments.size()));
      enrolments.add(List.of("enroll", "--data", shop.name(), "--token", token));
    }
    town.shell()
        .quietlyAtOnce("tombolo-agent", enrolments)
        .forEach(printed -> town.screen().output(printed));
  }

  /// The token in what `tombolo token create` printed, which is shown without most of it.
  private static String shown(Town town, String made) {
    Matcher token = TOKEN.matcher(made);
    if (!token.find()) {
      throw new IllegalStateException("no token in what 'tombolo token create' printed: " + made);
    }
    town.screen().output(made.replace(token.group(), token.group().substring(0, 24) + "..."));
    return token.group();
  }

  private static String yaml(List<Shop> shops) throws IOException {
    var yaml = new StringBuilder(template("fleet.yaml"));
    for (Shop shop : shops) {
      yaml.append(
          template("shop.yaml")
              .replace("@SHOP@", shop.name())
              .replace("@NUMBER@", Integer.toString(shop.number()))
              .replace("@PORT@", Integer.toString(shop.servicePort())));
    }
    return yaml.toString();
  }

  private static String template(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(ShopsJoin.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
