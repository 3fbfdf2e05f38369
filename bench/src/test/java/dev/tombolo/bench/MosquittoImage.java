package dev.tombolo.bench;

import com.github.dockerjava.api.exception.NotFoundException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/// The image of the real Mosquitto that the tests meet.
///
/// `TOMBOLO_MOSQUITTO_IMAGE` names another; else it is the one that `build/containers` packed where
/// no registry can be reached, if that is here; else the upstream image. All three start `mosquitto
/// -c /mosquitto/config/mosquitto.conf` and run it as uid 1883.
final class MosquittoImage {
  static final int PORT = 1883;

  private static final String UPSTREAM = "eclipse-mosquitto:2";
  private static final String PACKED_HERE = "tombolo-test/mosquitto:local";

  private MosquittoImage() {}

  static DockerImageName name() {
    String named = System.getenv("TOMBOLO_MOSQUITTO_IMAGE");
    if (named != null && !named.isBlank()) {
      return DockerImageName.parse(named);
    }
    return DockerImageName.parse(isHere(PACKED_HERE) ? PACKED_HERE : UPSTREAM);
  }

  private static boolean isHere(String image) {
    try {
      DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException absent) {
      return false;
    }
  }
}
