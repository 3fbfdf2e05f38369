package dev.tombolo.agent.daemon;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.AgentInbox;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.https.FetchSettings;
import dev.tombolo.agent.https.HubFiles;
import dev.tombolo.agent.https.Renewal;
import dev.tombolo.agent.mqtt.LinkSettings;
import dev.tombolo.agent.mqtt.MqttLink;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.id.DeviceId;
import java.io.IOException;
import java.util.function.Consumer;

/// All adapters of a running agent; gives each effect to the one that does it.
final class Hands implements Consumer<AgentEffect>, AutoCloseable {
  private final MqttLink link;
  private final HubFiles files;
  private final Renewal renewal;

  Hands(AgentConfig config, DeviceId device, String hub, IdentityFolder identity, AgentInbox inbox)
      throws IOException {
    AgentFolders folders = new AgentFolders(config.data());
    TlsSource tls = () -> HubTls.mutual(identity, WallClock::trustedMillis);
    LinkSettings settings = LinkSettings.USUAL;
    if (config.proxy().isPresent()) {
      settings = settings.withProxy(config.proxy().get());
    }
    link = new MqttLink(inbox, device, tls, settings);
    files =
        new HubFiles(
            inbox,
            folders,
            tls,
            new FetchSettings(
                hub,
                config.fetchBytesPerSecondMax(),
                FetchSettings.of(hub).stallMillis(),
                config.proxy()));
    renewal = new Renewal(inbox, tls, new NextIdentity(identity), config.proxy());
  }

  private record NextIdentity(IdentityFolder identity) implements Renewal.NextIdentity {
    @Override
    public String request() throws IOException {
      return identity.nextRequest();
    }

    @Override
    public long keep(String chainPem) throws IOException, RefusedException {
      identity.keepRenewed(chainPem);
      return identity.load().notAfterMillis();
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
      case AgentEffect.CancelFetch it -> files.perform(it);
      case AgentEffect.Renew it -> renewal.perform(it);
      case AgentEffect.Stage _,
          AgentEffect.Switch _,
          AgentEffect.Sweep _,
          AgentEffect.StartWorkload _,
          AgentEffect.StopWorkload _,
          AgentEffect.AdoptWorkload _,
          AgentEffect.ReloadWorkload _,
          AgentEffect.RunProbe _,
          AgentEffect.ResultKept _,
          AgentEffect.ResultRefused _ -> {}
      case AgentEffect.WakeAt _, AgentEffect.Stop _ -> {}
    }
  }

  @Override
  public void close() {
    link.close();
    files.close();
  }
}
