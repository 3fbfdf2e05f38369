package dev.tombolo.bench.simulation.world;

import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One connection of a device. Each direction keeps its order and can die alone; each end learns of
/// the end at its own time.
final class Line {
  final Device device;
  final long number;
  final String serial;
  final PresentedCertificate shown;
  final Payload will;

  /// Which run of the agent opened it.
  final long run;

  boolean upIsDead;
  boolean downIsDead;
  long lastUpMillis;
  long lastDownMillis;
  long lastUpSentMillis;
  long lastDownSentMillis;

  /// SUBACK has come: the agent has been told.
  boolean isOpenAtAgent;

  /// Null before CONNECT has arrived, and after the hub's end has closed.
  @Nullable SessionId session;

  boolean isAdmitted;
  boolean isSubscribed;

  /// Parts of the newest document that are still to be sent, and the packets on their way.
  final Queue<DesiredUpdate> parts = new ArrayDeque<>(1);

  final Set<Integer> unacknowledged = new HashSet<>(2);
  final Set<Integer> ofOlderDocuments = new HashSet<>(2);
  @Nullable Digest sending;
  int lastPacket;

  Line(Device device, long number, PresentedCertificate shown, Payload will, long run) {
    this.device = device;
    this.number = number;
    this.serial = shown.serial();
    this.shown = shown;
    this.will = will;
    this.run = run;
  }

  String remote() {
    int its = device.number();
    String host =
        its % 3 == 2
            ? "[2001:db8:0:" + Integer.toHexString(its) + "::7]"
            : "10.0." + its / 250 + "." + its % 250;
    return host + ":" + (4_000 + number);
  }
}
