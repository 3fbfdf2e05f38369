package dev.tombolo.agent.daemon;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.disk.Releases;
import dev.tombolo.agent.https.FetchSettings;
import dev.tombolo.agent.https.HubFiles;
import dev.tombolo.agent.https.PeerQuestions;
import dev.tombolo.agent.https.Recovery;
import dev.tombolo.agent.https.Renewal;
import dev.tombolo.agent.https.TimeQuestion;
import dev.tombolo.agent.kit.Kits;
import dev.tombolo.agent.lan.LanServer;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.loopback.LoopbackEndpoint;
import dev.tombolo.agent.mqtt.LinkSettings;
import dev.tombolo.agent.mqtt.MqttLink;
import dev.tombolo.agent.probe.Probes;
import dev.tombolo.agent.process.BundleUnpacking;
import dev.tombolo.agent.process.OutputReader;
import dev.tombolo.agent.process.WorkloadProcesses;
import dev.tombolo.agent.session.LocalPlaces;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.agent.x509.LanTls;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// All adapters of a running agent; gives each effect to the one that does it.
final class Hands implements Consumer<AgentEffect>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Hands.class.getName());

  private final MqttLink link;
  private final HubFiles files;
  private final LanTls lanTls;
  private final PeerQuestions questions;
  private final Optional<LanServer> lan;
  private final Renewal renewal;
  private final Recovery recovery;
  private final Releases releases;
  private final Kits kits;
  private final LoopbackEndpoint loopback;
  private final WorkloadProcesses workloads;
  private final Probes probes;
  private final OutputReader output;
  private final BundleUnpacking unpacking;

  /// @param timeFloorMillis it is no earlier, as far as this device has heard
  /// @param status JSON for `GET /v1/status`
  Hands(
      AgentConfig config,
      DeviceId device,
      String hub,
      long timeFloorMillis,
      IdentityFolder identity,
      AgentInbox inbox,
      Supplier<String> status)
      throws IOException {
    AgentFolders folders = new AgentFolders(config.data());
    HubTime time = new HubTime(new TimeQuestion(config.proxy())::ask, timeFloorMillis);
    HubTime.RootKey root = () -> SpkiPin.of(identity.load().root());
    TlsSource tls = time.over(() -> HubTls.mutual(identity, time), hub, root);
    LinkSettings settings = LinkSettings.USUAL;
    if (config.proxy().isPresent()) {
      settings = settings.withProxy(config.proxy().get());
    }
    lanTls = new LanTls(identity);
    questions = new PeerQuestions(inbox, folders, lanTls);
    lan =
        config.isShared()
            ? Optional.of(new LanServer(folders, lanTls, config.lanPort()))
            : Optional.empty();
    link = new MqttLink(new Located(inbox, lan), device, tls, settings);
    files =
        new HubFiles(
            inbox,
            folders,
            tls,
            lanTls,
            new FetchSettings(
                hub,
                config.fetchBytesPerSecondMax(),
                FetchSettings.of(hub).stallMillis(),
                config.proxy()));
    renewal = new Renewal(inbox, tls, new NextIdentity(identity), config.proxy());
    recovery =
        new Recovery(
            inbox,
            time.over(() -> HubTls.unidentified(identity, time), hub, root),
            new OldIdentity(identity),
            config.proxy());
    releases = new Releases(inbox, folders);
    kits = new Kits(inbox, folders);
    loopback = new LoopbackEndpoint(inbox, config.data(), config.loopbackPort(), status);
    LocalPlaces places =
        new LocalPlaces(
            folders,
            config.runtimes(),
            name -> new LocalPlaces.Loopback(loopback.url(name), loopback.token(name)));
    workloads = new WorkloadProcesses(inbox, places, workloadPrefix());
    probes = new Probes(inbox, places, workloads::beside);
    output = new OutputReader(inbox, folders);
    unpacking = new BundleUnpacking(inbox, folders, ownProgram(), workloadPrefix());
  }

  /// Where other devices of the site may reach this one; nowhere when it shares nothing.
  List<String> lanAddresses() {
    return addresses(lan);
  }

  private static List<String> addresses(Optional<LanServer> lan) {
    try {
      return lan.isPresent() ? lan.get().addresses() : List.of();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the addresses of this machine cannot be read", e);
      return List.of();
    }
  }

  /// Each line's hub is told the addresses of that moment: an agent is up before its network is.
  private record Located(AgentInbox inbox, Optional<LanServer> lan) implements AgentInbox {
    @Override
    public void offer(AgentEvent event) {
      inbox.offer(
          event instanceof AgentEvent.LinkOpened(var line, var _)
              ? new AgentEvent.LinkOpened(line, addresses(lan))
              : event);
    }
  }

  private void share(AgentEffect.ShareWith effect) {
    Set<Digest> keys = new HashSet<>();
    effect.peers().forEach(it -> keys.addAll(it.keys()));
    try {
      lanTls.shareWith(keys);
      if (lan.isPresent()) {
        lan.get().perform(effect);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "nothing is served to the devices of this site", e);
    }
  }

  /// This program once more: by its launcher, which knows the right options, where there is one.
  private static List<String> ownProgram() {
    String home = System.getProperty("tombolo.home");
    return home != null
        ? List.of("nice", home + "/bin/tombolo-agent")
        : List.of(
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.tombolo.agent.cli.TomboloAgent");
  }

  /// Words that the service unit wants before every workload's program.
  private static List<String> workloadPrefix() {
    String words = System.getenv("TOMBOLO_WORKLOAD_PREFIX");
    return words == null || words.isBlank() ? List.of() : List.of(words.strip().split("\\s+"));
  }

  private record NextIdentity(IdentityFolder identity) implements Renewal.NextIdentity {
    @Override
    public String request() throws IOException {
      return identity.nextRequest();
    }

    @Override
    public CertificateLife keep(String chainPem) throws IOException, RefusedException {
      identity.keepRenewed(chainPem);
      return identity.load().life();
    }

    @Override
    public List<X509Certificate> roots() throws IOException {
      return identity.load().roots();
    }
  }

  private record OldIdentity(IdentityFolder identity) implements Recovery.OldIdentity {
    @Override
    public String certificate() throws IOException {
      return identity.certificate();
    }

    @Override
    public String request() throws IOException {
      return identity.nextRequest();
    }

    @Override
    public String sign(String challenge) throws IOException {
      return identity.prove(challenge);
    }

    @Override
    public CertificateLife keep(String chainPem) throws IOException, RefusedException {
      identity.keepRenewed(chainPem);
      return identity.load().life();
    }

    @Override
    public List<X509Certificate> roots() throws IOException {
      return identity.load().roots();
    }
  }

  @Override
  public void accept(AgentEffect effect) {
    switch (effect) {
      case AgentEffect.OpenLink it -> link.perform(it);
      case AgentEffect.CloseLink it -> link.perform(it);
      case AgentEffect.Publish it -> link.perform(it);
      case AgentEffect.AcknowledgePacket it -> link.perform(it);
      case AgentEffect.Fetch it -> files.perform(it);
      case AgentEffect.HoldTo it -> files.perform(it);
      case AgentEffect.CancelFetch it -> files.perform(it);
      case AgentEffect.ShareWith it -> share(it);
      case AgentEffect.TellPeers it -> lan.ifPresent(server -> server.perform(it));
      case AgentEffect.TellMaking it -> lan.ifPresent(server -> server.perform(it));
      case AgentEffect.AskPeers it -> questions.perform(it);
      case AgentEffect.CopyFromPeer it -> files.perform(it);
      case AgentEffect.AskBundle it -> files.perform(it);
      case AgentEffect.UnpackAhead it -> unpacking.perform(it);
      case AgentEffect.ApplyBundle it -> unpacking.perform(it);
      case AgentEffect.Renew it -> renewal.perform(it);
      case AgentEffect.Recover it -> recovery.perform(it);
      case AgentEffect.Stage it -> releases.perform(it);
      case AgentEffect.Switch it -> releases.perform(it);
      case AgentEffect.Sweep it -> releases.perform(it);
      case AgentEffect.LookForKits it -> kits.perform(it);
      case AgentEffect.DropKit it -> kits.perform(it);
      case AgentEffect.DropKitRefusal it -> kits.perform(it);
      case AgentEffect.StartWorkload it -> workloads.perform(it);
      case AgentEffect.StopWorkload it -> workloads.perform(it);
      case AgentEffect.AdoptWorkload it -> workloads.perform(it);
      case AgentEffect.ReloadWorkload it -> workloads.perform(it);
      case AgentEffect.RunProbe it -> probes.perform(it);
      case AgentEffect.ReadOutput it -> output.perform(it);
      case AgentEffect.ResultKept it -> loopback.perform(it);
      case AgentEffect.ResultRefused it -> loopback.perform(it);
      case AgentEffect.Stop _ -> {}
    }
  }

  @Override
  public void close() {
    link.close();
    files.close();
    questions.close();
    lan.ifPresent(LanServer::close);
    probes.close();
    output.close();
    unpacking.close();
    workloads.close();
    releases.close();
    kits.close();
    loopback.close();
  }
}
