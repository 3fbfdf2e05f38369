package dev.tombolo.bench.simulation.world;

import java.util.function.Consumer;

/// An HTTP request on its way; answered once.
final class Request {
  final Device device;
  private final Consumer<Reply> answered;
  private boolean isDone;

  Request(Device device, Consumer<Reply> answered) {
    this.device = device;
    this.answered = answered;
  }

  void answer(Reply reply) {
    if (!isDone) {
      isDone = true;
      answered.accept(reply);
    }
  }
}
