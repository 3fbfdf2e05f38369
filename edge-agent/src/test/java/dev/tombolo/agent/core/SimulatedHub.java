package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.PlaceSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.TrustSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// As much of a hub as one device sees.
final class SimulatedHub {
  private final DeviceId device;
  private final Publisher publisher;
  private final Consumer<AgentEvent> toAgent;
  private final List<Section> sections = new ArrayList<>();
  private Envelope envelope = new Envelope("", "", List.of());
  private Digest manifest = Digest.ofText("none");
  private long line = -1;
  private int packets;

  /// Every row that was ever committed here.
  final TreeMap<Long, ReportBody> rows = new TreeMap<>();

  HubKeys keys = HubKeys.FIRST;

  /// Its documents bring the certificate of the key that signed them.
  boolean showsKey;

  History history = new History(1, "first");
  long revision;
  long hubMillis = 1_790_000_000_000L;
  boolean keepsAckedBack;

  /// Of what is assigned next.
  @Nullable Gate gate;

  @Nullable WindowsSection windows;
  @Nullable LineSection lineRules;
  @Nullable PeersSection peers;
  int updatesSent;
  long through;

  SimulatedHub(DeviceId device, Publisher publisher, Consumer<AgentEvent> toAgent) {
    this.device = device;
    this.publisher = publisher;
    this.toAgent = toAgent;
  }

  void lineOpened(long opened) {
    line = opened;
  }

  void lineClosed() {
    line = -1;
  }

  /// Assigns these releases and nothing else, and sends the document if the line is up.
  void assign(Publisher.Signed... releases) {
    assign(Map.of(), releases);
  }

  void assign(Map<String, String> parameters, Publisher.Signed... releases) {
    List<WorkloadsSection.Selection> selections = new ArrayList<>();
    List<Section> made = new ArrayList<>();
    for (Publisher.Signed release : releases) {
      Name name = release.manifest().name();
      selections.add(
          new WorkloadsSection.Selection(
              name, release.digest(), release.manifest().version(), parameters, gate));
      made.add(new Section(Section.RELEASE_PREFIX + name, Json.write(release.envelope())));
    }
    PlaceSection place =
        new PlaceSection(
            Shop.FLEET, new Name("store-1"), new Name("counter-1"), null, "Europe/Berlin");
    made.add(new Section(Section.PLACE, Json.write(place)));
    made.add(new Section(Section.WORKLOADS, Json.write(new WorkloadsSection(selections))));
    made.add(new Section(Section.TRUST, Json.write(new TrustSection(List.of(publisher.root())))));
    List<String> requires = new ArrayList<>(new WorkloadsSection(selections).requires());
    if (peers != null) {
      made.add(new Section(Section.PEERS, Json.write(peers)));
    }
    if (windows != null) {
      made.add(new Section(Section.WINDOWS, Json.write(windows)));
      requires.add(Features.WINDOWS);
    }
    if (lineRules != null) {
      made.add(new Section(Section.LINE, Json.write(lineRules)));
      requires.add(Features.LINE);
    }
    publish(made, requires);
  }

  void publish(List<Section> made, List<String> requires) {
    revision++;
    hubMillis += 1000;
    sections.clear();
    sections.addAll(made);
    List<DesiredManifest.SectionRef> refs = new ArrayList<>();
    for (Section section : made) {
      refs.add(new DesiredManifest.SectionRef(section.name(), section.digest()));
    }
    String payload =
        Json.write(new DesiredManifest(device, history, revision, hubMillis, requires, refs));
    envelope = Dsse.sign(DesiredManifest.PAYLOAD_TYPE, payload, keys.documentKey(), "hub");
    manifest = Digest.ofText(payload);
    envelope =
        new Envelope(
            envelope.payloadType(),
            envelope.payload(),
            List.of(new Envelope.Signature(keyid(), envelope.signatures().getFirst().sig())));
    if (line >= 0) {
      send(sections);
    }
  }

  private String keyid() {
    try {
      return dev.tombolo.protocol.sign.Ed25519Keys.keyid(
          dev.tombolo.protocol.sign.DocumentCertificate.certificate(keys.documentPem())
              .getPublicKey());
    } catch (dev.tombolo.protocol.codec.MalformedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sends the present manifest with some of its sections.
  void send(List<Section> some) {
    updatesSent++;
    packets++;
    toAgent.accept(
        new AgentEvent.DesiredArrived(
            line,
            packets,
            new DesiredUpdate(envelope, some, showsKey ? keys.documentPem() : null)));
  }

  /// A kit with the present document and these files.
  AgentEvent.KitFound kit(String id, Digest... files) {
    return new AgentEvent.KitFound(
        id,
        hubMillis,
        manifest,
        new DesiredUpdate(envelope, sections, keys.documentPem()),
        java.util.Set.of(files));
  }

  List<Section> sections() {
    return List.copyOf(sections);
  }

  Digest manifest() {
    return manifest;
  }

  void published(AgentEffect.Publish effect) {
    if (effect.line() != line) {
      return;
    }
    switch (effect.message()) {
      case AgentEffect.Outgoing.OfPresence(var presence) -> {
        if (presence instanceof Presence.Birth birth) {
          born(birth);
        }
      }
      case AgentEffect.Outgoing.OfReport(var report) -> commit(report);
      case AgentEffect.Outgoing.OfAnswer _ -> {}
    }
    toAgent.accept(new AgentEvent.Published(effect.line(), effect.publication()));
  }

  private void born(Presence.Birth birth) {
    if (revision == 0 || manifest.equals(birth.manifest())) {
      return;
    }
    List<Section> missing = new ArrayList<>();
    for (Section section : sections) {
      if (!birth.sections().contains(section.digest())) {
        missing.add(section);
      }
    }
    send(missing);
  }

  private void commit(Report report) {
    for (Report.Row row : report.rows()) {
      if (row.sequence() > through) {
        rows.put(row.sequence(), row.body());
        through = row.sequence();
      } else if (rows.containsKey(row.sequence())) {
        assertThat(row.body())
            .as("I10: a repeat is the same row")
            .isEqualTo(rows.get(row.sequence()));
      }
    }
    if (!keepsAckedBack) {
      ack(through);
    }
  }

  void ack(long upTo) {
    packets++;
    toAgent.accept(
        new AgentEvent.AckedArrived(line, packets, new Acked("incarnation", upTo, hubMillis)));
  }

  List<ReportBody> rows() {
    return List.copyOf(rows.values());
  }

  long happened(String what) {
    return rows.values().stream()
        .filter(it -> it instanceof ReportBody.Happened happened && happened.what().equals(what))
        .count();
  }

  List<ReportBody> results() {
    List<ReportBody> results = new ArrayList<>();
    for (ReportBody body : rows.values()) {
      if (body instanceof ReportBody.Result || body instanceof ReportBody.Dropped) {
        results.add(body);
      }
    }
    return results;
  }
}
