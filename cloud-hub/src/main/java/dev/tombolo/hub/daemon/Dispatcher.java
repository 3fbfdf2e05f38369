package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.http.AdminServer;
import dev.tombolo.hub.mqtt.BrokerLink;
import dev.tombolo.hub.net.EdgePort;
import dev.tombolo.hub.x509.SignatureWorkers;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Hands each effect to the adapter that does it. Called on the hub's loop, so nothing here waits.
final class Dispatcher implements Consumer<HubEffect> {
  private final EdgePort edge;
  private final Optional<BrokerLink> broker;
  private final SignatureWorkers workers;
  private final AdminServer admin;
  private final Consumer<Set<String>> revocationList;
  private final Consumer<HubEffect.StandingNoted> journal;
  private final Runnable commandDone;

  /// @param commandDone told after each command of an operator
  Dispatcher(
      EdgePort edge,
      Optional<BrokerLink> broker,
      SignatureWorkers workers,
      AdminServer admin,
      Consumer<Set<String>> revocationList,
      Consumer<HubEffect.StandingNoted> journal,
      Runnable commandDone) {
    this.edge = edge;
    this.broker = broker;
    this.workers = workers;
    this.admin = admin;
    this.revocationList = revocationList;
    this.journal = journal;
    this.commandDone = commandDone;
  }

  @Override
  public void accept(HubEffect effect) {
    switch (effect) {
      case HubEffect.SignCertificate wanted -> workers.sign(wanted);
      case HubEffect.SignDocument wanted -> workers.sign(wanted);
      case HubEffect.EnrolGranted granted -> edge.answer(granted);
      case HubEffect.RenewGranted granted -> edge.answer(granted);
      case HubEffect.RequestRefused refused -> edge.answer(refused);
      case HubEffect.ToSession to -> {
        if (!edge.execute(to)) {
          broker.ifPresent(link -> link.execute(to));
        }
      }
      case HubEffect.StartedOver _ -> broker.ifPresent(BrokerLink::startedOver);
      case HubEffect.AdminAnswered answered -> {
        admin.answered(answered);
        commandDone.run();
      }
      case HubEffect.DeviceExpelled expelled -> edge.expel(expelled.device(), expelled.reason());
      case HubEffect.StandingNoted noted -> journal.accept(noted);
      case HubEffect.RevocationsChanged changed -> revocationList.accept(changed.serials());
    }
  }
}
