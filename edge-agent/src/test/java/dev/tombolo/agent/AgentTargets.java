package dev.tombolo.agent;

import dev.tombolo.agent.bundle.BundleTarget;
import dev.tombolo.agent.bundle.SegmentTarget;
import dev.tombolo.agent.config.PropertiesTarget;
import dev.tombolo.agent.desired.DocumentTarget;
import dev.tombolo.agent.desired.PartsTarget;
import dev.tombolo.agent.https.AnswerTarget;
import dev.tombolo.agent.https.FetchTarget;
import dev.tombolo.agent.kit.KitApplyTarget;
import dev.tombolo.agent.loopback.LoopbackTarget;
import dev.tombolo.agent.mqtt.LineTarget;
import dev.tombolo.agent.x509.ChainTarget;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.util.List;
import java.util.function.Supplier;

/// Everything of this module that reads what others wrote.
final class AgentTargets implements Supplier<List<FuzzTarget>> {
  @Override
  public List<FuzzTarget> get() {
    return List.of(
        new BundleTarget(BundleTarget.Kind.FILE),
        new BundleTarget(BundleTarget.Kind.PARTS),
        new SegmentTarget(),
        new LineTarget(),
        new LineTarget.Links(),
        new DocumentTarget(),
        new PartsTarget(),
        new KitApplyTarget(),
        ChainTarget.of(true),
        ChainTarget.of(false),
        new AnswerTarget(),
        new FetchTarget(FetchTarget.Kind.HUB),
        new FetchTarget(FetchTarget.Kind.PEER),
        new LoopbackTarget(),
        PropertiesTarget.inTemporaryFolder());
  }
}
