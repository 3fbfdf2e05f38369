package dev.tombolo.agent.mqtt;

import java.util.concurrent.ScheduledExecutorService;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/// Paho's client with a transport of ours. The address it is given is never used.
///
/// Its pings are ours as well: Paho's measure by the wall clock, and take a line that stalls for a
/// dead one.
final class LineClient extends MqttAsyncClient {
  private static final String UNUSED_ADDRESS = "tcp://tombolo:1883";
  private final LineTransport transport;

  static {
    PahoLogging.silence();
  }

  LineClient(String clientId, LineTransport transport, ScheduledExecutorService threads)
      throws MqttException {
    super(UNUSED_ADDRESS, clientId, new MemoryPersistence(), new NoPings(), threads);
    this.transport = transport;
  }

  @Override
  protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
    return new NetworkModule[] {transport};
  }

  private static final class NoPings implements MqttPingSender {
    @Override
    public void init(ClientComms comms) {}

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public void schedule(long delayInMilliseconds) {}
  }
}
