package dev.tombolo.agent.config;

import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;

/// Reads `agent.properties` (the format of [Properties]). A key it does not know is an error, so
/// that a slip of the pen does not go unnoticed for a year.
public final class AgentProperties {
  private static final String RUNTIME_PREFIX = "runtime.";
  private static final String LOOPBACK_PORT = "loopback.port";
  private static final String FETCH_MAX = "fetch.maxBytesPerSecond";
  private static final String BACKOFF_MAX = "link.backoffMaxSeconds";
  private static final String LAN_SHARE = "lan.share";
  private static final String LAN_PORT = "lan.port";
  private static final int LAN_PORT_USUAL = 8444;
  private static final String PROXY = "proxy";
  private static final int BACKOFF_MAX_SECONDS = 300;
  private static final List<String> KEYS =
      List.of(
          RUNTIME_PREFIX + "NAME",
          LOOPBACK_PORT,
          FETCH_MAX,
          BACKOFF_MAX,
          LAN_SHARE,
          LAN_PORT,
          PROXY);

  private final Path file;
  private final List<String> lines;
  private final Properties properties;

  private AgentProperties(Path file, List<String> lines, Properties properties) {
    this.file = file;
    this.lines = lines;
    this.properties = properties;
  }

  /// The settings in the data folder, or the usual ones where the file is missing.
  public static AgentConfig read(Path data) throws IOException, ConfigException {
    Path file = data.resolve(AgentConfig.FILE);
    Properties properties = new Properties();
    List<String> lines = List.of();
    if (Files.exists(file)) {
      try {
        lines = Files.readAllLines(file);
        properties.load(new StringReader(String.join("\n", lines)));
      } catch (CharacterCodingException e) {
        throw new ConfigException(file + " is not UTF-8; save it as such");
      } catch (IllegalArgumentException e) {
        throw new ConfigException(
            file + ": \\u must be followed by four hex digits, and a backslash be doubled");
      }
    }
    return new AgentProperties(file, lines, properties).config(data.toAbsolutePath());
  }

  private AgentConfig config(Path data) throws ConfigException {
    Map<String, Path> runtimes = new HashMap<>();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      if (key.startsWith(RUNTIME_PREFIX)) {
        runtimes.put(key.substring(RUNTIME_PREFIX.length()), folder(key));
      } else if (!KEYS.contains(key)) {
        throw fault(key, "is not a setting; use one of " + String.join(", ", KEYS));
      }
    }
    return new AgentConfig(
        data,
        runtimes,
        (int) number(LOOPBACK_PORT, 0, 0, 65_535, "a port, 0-65535"),
        number(FETCH_MAX, 0, 0, Long.MAX_VALUE, "bytes a second, 0 for no bound"),
        (int) number(BACKOFF_MAX, BACKOFF_MAX_SECONDS, 1, BACKOFF_MAX_SECONDS, "seconds, 1-300"),
        yes(LAN_SHARE, true),
        (int) number(LAN_PORT, LAN_PORT_USUAL, 1, 65_535, "a port, 1-65535"),
        proxy());
  }

  private Path folder(String key) throws ConfigException {
    try {
      Path folder = Path.of(value(key));
      if (folder.isAbsolute()) {
        return folder;
      }
    } catch (InvalidPathException e) {
      // Said below, like one that is not absolute.
    }
    throw fault(key, "must be an absolute folder, not '" + Quoted.of(value(key)) + "'");
  }

  private String value(String key) {
    return properties.getProperty(key, "").strip();
  }

  private boolean yes(String key, boolean usual) throws ConfigException {
    String value = value(key);
    return switch (value) {
      case "" -> usual;
      case "true" -> true;
      case "false" -> false;
      default -> throw fault(key, "must be true or false, not '" + Quoted.of(value) + "'");
    };
  }

  private long number(String key, long usual, long min, long max, String wanted)
      throws ConfigException {
    String value = value(key);
    if (value.isEmpty()) {
      return usual;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, like a number out of its bounds.
    }
    throw fault(key, "must be " + wanted + ", not '" + Quoted.of(value) + "'");
  }

  private Optional<InetSocketAddress> proxy() throws ConfigException {
    String value = value(PROXY);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    int colon = value.lastIndexOf(':');
    try {
      if (colon > 0) {
        int port = Integer.parseInt(value.substring(colon + 1));
        if (port < 1) {
          throw new IllegalArgumentException("no port");
        }
        return Optional.of(InetSocketAddress.createUnresolved(value.substring(0, colon), port));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw fault(PROXY, "must be host:port, not '" + Quoted.of(value) + "'");
  }

  private ConfigException fault(String key, String what) {
    int line = 0;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).strip();
      if (text.startsWith(key) && isKeyEnd(text, key.length())) {
        line = i + 1;
      }
    }
    return new ConfigException(file + " line " + line + ": " + Quoted.of(key) + " " + what);
  }

  private static boolean isKeyEnd(String line, int at) {
    return at >= line.length() || line.charAt(at) <= ' ' || "=:".indexOf(line.charAt(at)) >= 0;
  }
}
