package dev.tombolo.bench.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A shop's network: a Linux network namespace whose one way out is a virtual cable to this
/// machine. Needs root, and `ip`, `tc` and `iptables`. All of it is gone with the namespace; it is
/// removed at the end of the JVM at the latest.
public final class ShopNetwork implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long PROCESS = ProcessHandle.current().pid();
  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name;

  /// The cable's end at the hub; network devices have names of 15 characters at the most.
  private final String hubEnd;

  private final String shopEnd = "wan";
  private final String hubAddress;
  private final Thread atTheEnd = new Thread(this::remove, "shop-network");

  private ShopNetwork(int number) {
    name = "tombolo-shop-%d-%d".formatted(PROCESS, number);
    hubEnd = "tb%d-%d".formatted(PROCESS, number);
    // RFC 2544's range for tests; 4 addresses each.
    long at = (PROCESS * 8 + number) % (1 << 15) * 4;
    hubAddress = "198.%d.%d.%d".formatted(18 + (at >> 16), at >> 8 & 255, (at & 255) + 1);
  }

  public static ShopNetwork open() throws IOException, InterruptedException {
    ShopNetwork shop = new ShopNetwork(MADE.incrementAndGet());
    Runtime.getRuntime().addShutdownHook(shop.atTheEnd);
    try {
      shop.make();
      return shop;
    } catch (IOException | InterruptedException | RuntimeException e) {
      shop.close();
      throw e;
    }
  }

  private void make() throws IOException, InterruptedException {
    run("ip", "netns", "add", name);
    run("ip", "link", "add", hubEnd, "type", "veth", "peer", "name", shopEnd, "netns", name);
    run("ip", "address", "add", hubAddress + "/30", "dev", hubEnd);
    run("ip", "link", "set", hubEnd, "up");
    inside("ip", "address", "add", shopAddress() + "/30", "dev", shopEnd);
    inside("ip", "link", "set", shopEnd, "up");
    inside("ip", "link", "set", "lo", "up");
  }

  private String shopAddress() {
    int dot = hubAddress.lastIndexOf('.');
    return hubAddress.substring(0, dot + 1) + (Integer.parseInt(hubAddress.substring(dot + 1)) + 1);
  }

  /// Where the shop finds the hub.
  public String hubAddress() {
    return hubAddress;
  }

  public Surroundings around() {
    return new Surroundings(List.of("ip", "netns", "exec", name), Map.of());
  }

  /// The cable is pulled out at the hub's end.
  public void pull() throws IOException, InterruptedException {
    run("ip", "link", "set", hubEnd, "down");
  }

  public void plugIn() throws IOException, InterruptedException {
    run("ip", "link", "set", hubEnd, "up");
  }

  /// Drops every packet on the cable, in both directions, and tells nobody.
  public void swallow() throws IOException, InterruptedException {
    inside("iptables", "-w", "10", "-A", "INPUT", "-i", shopEnd, "-j", "DROP");
    inside("iptables", "-w", "10", "-A", "OUTPUT", "-o", shopEnd, "-j", "DROP");
  }

  public void letThrough() throws IOException, InterruptedException {
    inside("iptables", "-w", "10", "-F");
  }

  /// Both directions at this speed at most.
  public void throttle(int kilobitsPerSecond) throws IOException, InterruptedException {
    String rate = kilobitsPerSecond + "kbit";
    // Less than a timer's beat would hold a fast line below its rate.
    String burst = Math.max(4, kilobitsPerSecond / 512) + "kb";
    String[] shaping = {"root", "tbf", "rate", rate, "burst", burst, "latency", "400ms"};
    run(words(new String[] {"tc", "qdisc", "replace", "dev", hubEnd}, shaping));
    inside(words(new String[] {"tc", "qdisc", "replace", "dev", shopEnd}, shaping));
  }

  /// From device to device within the shop, at this speed at most.
  public void throttleWithin(int kilobitsPerSecond) throws IOException, InterruptedException {
    String rate = kilobitsPerSecond + "kbit";
    // Packets are of up to 64 KiB there.
    String[] shaping = {"root", "tbf", "rate", rate, "burst", "128kb", "latency", "400ms"};
    inside(words(new String[] {"tc", "qdisc", "replace", "dev", "lo"}, shaping));
  }

  /// What has come in over the cable so far, headers and all.
  public long bytesIn() throws IOException {
    return counter("tx_bytes");
  }

  /// Frames that have come in over the cable so far.
  public long framesIn() throws IOException {
    return counter("tx_packets");
  }

  private long counter(String name) throws IOException {
    Path counter = Path.of("/sys/class/net", hubEnd, "statistics", name);
    return Long.parseLong(Files.readString(counter).strip());
  }

  /// Why there are no such networks on this machine; empty when there are.
  public static String missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "this needs root, to make a network namespace";
    }
    for (String tool : List.of("ip", "tc")) {
      if (Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
          .noneMatch(folder -> Files.isExecutable(Path.of(folder, tool)))) {
        return "this needs " + tool + ": apt-get install iproute2";
      }
    }
    return "";
  }

  private void inside(String... words) throws IOException, InterruptedException {
    run(words(new String[] {"ip", "netns", "exec", name}, words));
  }

  private static String[] words(String[] first, String[] then) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(then));
    return all.toArray(String[]::new);
  }

  private static void run(String... words) throws IOException, InterruptedException {
    Command.run(List.of(words), Map.of(), Path.of("/"), LIMIT).orThrow();
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(atTheEnd);
  }

  /// The cable goes with the namespace; it is named all the same, for when that was never made.
  private void remove() {
    for (List<String> words :
        List.of(List.of("ip", "link", "delete", hubEnd), List.of("ip", "netns", "delete", name))) {
      try {
        Command.run(words, Map.of(), Path.of("/"), LIMIT);
      } catch (IOException e) {
        System.err.println("left behind: " + name + ": " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
