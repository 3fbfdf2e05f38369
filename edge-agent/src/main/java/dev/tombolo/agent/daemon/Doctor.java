package dev.tombolo.agent.daemon;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.mqtt.HttpProxy;
import dev.tombolo.agent.sqlite.StatusReader;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Looks at everything this device needs, from the disk to the hub, one finding each. Changes
/// nothing.
public final class Doctor {
  private static final long FREE_BYTES_MIN = 200L * 1024 * 1024;
  private static final int CONNECT_MILLIS = 5_000;
  private static final long CLOCK_TOLERANCE_MILLIS = 120_000;

  private final AgentConfig config;
  private final List<Finding> findings = new ArrayList<>();

  /// @param fix what to do about it; empty when `ok`
  public record Finding(String what, boolean ok, String detail, String fix) {}

  private Doctor(AgentConfig config) {
    this.config = config;
  }

  public static List<Finding> examine(AgentConfig config) {
    Doctor doctor = new Doctor(config);
    if (doctor.dataFolder() && doctor.enrolled()) {
      doctor.database();
      doctor.agent();
      StatusReader.@Nullable Status status = doctor.status();
      IdentityFolder.@Nullable Identity identity = doctor.certificate();
      if (status != null) {
        status.damage().ifPresent(doctor::damage);
        doctor.clock(status);
        if (identity != null) {
          doctor.hub(status.enrolment().https(), identity);
        }
      }
    }
    doctor.runtimes();
    return List.copyOf(doctor.findings);
  }

  private void ok(String what, String detail) {
    findings.add(new Finding(what, true, detail, ""));
  }

  private void bad(String what, String detail, String fix) {
    findings.add(new Finding(what, false, detail, fix));
  }

  private boolean dataFolder() {
    Path data = config.data();
    if (!Files.isDirectory(data) || !Files.isWritable(data)) {
      bad(
          "data folder",
          data + " is not a folder that can be written",
          "run as the agent's user, or give the right --data");
      return false;
    }
    ok("data folder", data.toString());
    try {
      long free = Files.getFileStore(data).getUsableSpace();
      String detail = free / (1024 * 1024) + " MiB free";
      if (free < FREE_BYTES_MIN) {
        bad("disk space", detail, "make room on the disk of " + data);
      } else {
        ok("disk space", detail);
      }
    } catch (IOException e) {
      bad("disk space", String.valueOf(e.getMessage()), "check the disk");
    }
    return true;
  }

  private boolean enrolled() {
    try {
      if (Joining.hasJoined(config.data())) {
        return true;
      }
    } catch (IOException e) {
      bad("database", String.valueOf(e.getMessage()), "see the message");
      return false;
    }
    bad(
        "enrolment",
        "this device has not joined yet",
        "ask store ops for a token and run: tombolo-agent enroll --token T --data "
            + config.data());
    return false;
  }

  private void database() {
    try {
      String found = StatusReader.check(config.data());
      if (found.equals("ok")) {
        ok("database", "whole");
      } else {
        bad(
            "database",
            found,
            "check the disk; start the agent again, it goes on from the mirror of the database");
      }
    } catch (IOException e) {
      bad("database", String.valueOf(e.getMessage()), "see the message");
    }
  }

  private void damage(Reason damage) {
    bad(
        "database once damaged",
        ReasonText.say(damage),
        "look for the cause (dmesg, smartctl); then remove "
            + config.data().resolve("damaged")
            + ", and this is no longer told");
  }

  private void agent() {
    if (DataFolderLock.isTaken(config.data())) {
      ok("agent", "running");
    } else {
      bad(
          "agent",
          "not running; workloads go on, nothing new arrives",
          "systemctl start tombolo-agent, or: tombolo-agent run --data " + config.data());
    }
  }

  private StatusReader.@Nullable Status status() {
    try {
      return StatusReader.read(config.data());
    } catch (IOException e) {
      bad("database", String.valueOf(e.getMessage()), "see the message");
      return null;
    }
  }

  private void clock(StatusReader.Status status) {
    long floor = Math.max(AgentVersion.EARLIEST_MILLIS, status.timeFloorMillis());
    long wall = System.currentTimeMillis();
    if (wall + CLOCK_TOLERANCE_MILLIS < floor) {
      bad(
          "clock",
          Instant.ofEpochMilli(wall) + " is earlier than " + Instant.ofEpochMilli(floor),
          "set the clock, or let NTP through; workloads go on meanwhile");
    } else {
      ok("clock", Instant.ofEpochMilli(wall).toString());
    }
  }

  private IdentityFolder.@Nullable Identity certificate() {
    try {
      IdentityFolder.Identity identity =
          IdentityFolder.look(new AgentFolders(config.data()).identity());
      long left = identity.notAfterMillis() - WallClock.trustedMillis();
      String detail = "good until " + Instant.ofEpochMilli(identity.notAfterMillis());
      if (left < 0) {
        bad("certificate", "ended " + detail, "connect the device; it renews by itself");
      } else {
        ok("certificate", detail + " (" + Duration.ofMillis(left).toDays() + " days)");
      }
      return identity;
    } catch (IOException e) {
      bad("certificate", String.valueOf(e.getMessage()), "restore the folder identity/");
      return null;
    }
  }

  private void hub(String https, IdentityFolder.Identity identity) {
    URI hub = URI.create(https);
    String host = hub.getHost();
    int port = hub.getPort() < 0 ? 443 : hub.getPort();
    if (config.proxy().isPresent()) {
      throughProxy(config.proxy().get(), host, port, identity);
      return;
    }
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
      ok("name of the hub", host + " is " + address.getHostAddress());
    } catch (UnknownHostException e) {
      bad("name of the hub", host + " is not known", "check the shop's router and its DNS");
      return;
    }
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
      ok("port of the hub", host + ":" + port + " answers");
      handshake(plain, host, port, identity);
    } catch (IOException e) {
      bad(
          "port of the hub",
          host + ":" + port + " does not answer: " + e.getMessage(),
          "check the line, and that the router lets port " + port + " out");
    }
  }

  /// The name of the hub is the proxy's to know.
  private void throughProxy(
      InetSocketAddress proxy, String host, int port, IdentityFolder.Identity identity) {
    String name = proxy.getHostString() + ":" + proxy.getPort();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(proxy.getHostString(), proxy.getPort()), CONNECT_MILLIS);
      plain.setSoTimeout(CONNECT_MILLIS);
      HttpProxy.tunnel(plain, proxy, host + ":" + port);
      ok("proxy", name + " joins to " + host + ":" + port);
      handshake(plain, host, port, identity);
    } catch (IOException e) {
      bad(
          "proxy",
          name + " does not join to " + host + ":" + port + ": " + e.getMessage(),
          "mend proxy in " + AgentConfig.FILE + ", or have the proxy let this hub pass");
    }
  }

  private void handshake(Socket plain, String host, int port, IdentityFolder.Identity identity) {
    try {
      plain.setSoTimeout(CONNECT_MILLIS);
      try (SSLSocket tls =
          (SSLSocket)
              HubTls.mutual(identity, WallClock::trustedMillis)
                  .createSocket(plain, host, port, false)) {
        tls.startHandshake();
        ok("TLS", tls.getSession().getProtocol() + ", the hub is the one this device joined");
      }
    } catch (IOException e) {
      String detail =
          RefusedException.within(e).map(ReasonText::say).orElse(String.valueOf(e.getMessage()));
      bad("TLS", detail, "if a proxy opens TLS on the way, let this hub pass; else ask store ops");
    }
  }

  private void runtimes() {
    for (Map.Entry<String, Path> runtime : config.runtimes().entrySet()) {
      String what = "runtime " + runtime.getKey();
      if (Files.isDirectory(runtime.getValue())) {
        ok(what, runtime.getValue().toString());
      } else {
        bad(
            what,
            runtime.getValue() + " is not a folder",
            "install it there, or mend runtime." + runtime.getKey() + " in " + AgentConfig.FILE);
      }
    }
  }
}
