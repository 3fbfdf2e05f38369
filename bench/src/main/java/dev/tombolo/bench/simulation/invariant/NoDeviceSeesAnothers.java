package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// I13: a device gets its own documents, place and files, and nobody else's.
final class NoDeviceSeesAnothers extends Invariant {
  private final Facts facts;

  NoDeviceSeesAnothers(Facts facts) {
    super("I13");
    this.facts = facts;
  }

  void sent(DeviceId to, DesiredUpdate update) {
    String manifest =
        new String(Base64.getDecoder().decode(update.envelope().payload()), StandardCharsets.UTF_8);
    hold(
        manifest.contains("\"" + to.text() + "\""),
        facts.numberOf(to),
        () -> to + " is sent a document that is not its own: " + manifest);
    DeviceRecord device = facts.hub.devices.get(to);
    for (Section section : update.sections()) {
      if (section.name().equals(Section.PLACE) && device != null) {
        hold(
            section.text().contains("\"" + device.slot().slot() + "\"")
                && section.text().contains("\"" + device.slot().site() + "\""),
            facts.numberOf(to),
            () -> to + " of " + device.slot() + " is told the place " + section.text());
      }
    }
  }

  void served(DeviceId to, Digest file) {
    hold(
        facts.hub.readable(to).contains(file),
        facts.numberOf(to),
        () -> to + " is given file " + file.brief() + ", which none of its releases has");
  }
}
