package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/// That a real Mosquitto can be had here at all; what the other broker tests stand on.
@Tag("slow")
@Testcontainers
class MosquittoContainerIT {
  @Container
  private static final GenericContainer<?> MOSQUITTO =
      new GenericContainer<>(MosquittoImage.name())
          .withExposedPorts(MosquittoImage.PORT)
          .withCopyToContainer(
              Transferable.of("listener 1883\nallow_anonymous true\n"),
              "/mosquitto/config/mosquitto.conf");

  @Test
  void aMessageGoesThroughMosquittoAndBack() throws Exception {
    BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    String address =
        "tcp://%s:%d".formatted(MOSQUITTO.getHost(), MOSQUITTO.getMappedPort(MosquittoImage.PORT));
    MqttClient client = new MqttClient(address, "tester", new MemoryPersistence());
    client.connect();
    client.subscribe(
        new MqttSubscription[] {new MqttSubscription("shop/117", 1)},
        new IMqttMessageListener[] {
          (topic, message) -> arrived.add(new String(message.getPayload(), StandardCharsets.UTF_8))
        });

    client.publish("shop/117", new MqttMessage("low water".getBytes(StandardCharsets.UTF_8)));

    assertThat(arrived.poll(2, TimeUnit.MINUTES)).isEqualTo("low water");
    client.disconnect();
    client.close();
  }
}
