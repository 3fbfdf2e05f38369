package dev.tombolo.hub;

import dev.tombolo.hub.bundle.MakeTarget;
import dev.tombolo.hub.bundle.ModelTarget;
import dev.tombolo.hub.cli.AdminPortTarget;
import dev.tombolo.hub.cli.InspectTarget;
import dev.tombolo.hub.core.SaidTarget;
import dev.tombolo.hub.http.AdminBodyTarget;
import dev.tombolo.hub.net.EdgeTarget;
import dev.tombolo.hub.net.RangeTarget;
import dev.tombolo.hub.objects.YamlTarget;
import dev.tombolo.hub.x509.RequestTarget;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.util.List;
import java.util.function.Supplier;

/// Everything of this module that reads what others wrote.
final class HubTargets implements Supplier<List<FuzzTarget>> {
  @Override
  public List<FuzzTarget> get() {
    return List.of(
        new EdgeTarget(EdgeTarget.Kind.MQTT),
        new EdgeTarget(EdgeTarget.Kind.WEBSOCKET),
        new EdgeTarget(EdgeTarget.Kind.HTTP),
        new RangeTarget(),
        new SaidTarget(),
        new RequestTarget(RequestTarget.Kind.CSR_DER),
        new RequestTarget(RequestTarget.Kind.CSR_PEM),
        new RequestTarget(RequestTarget.Kind.CERTIFICATE_DER),
        new RequestTarget(RequestTarget.Kind.PROOF),
        new YamlTarget(YamlTarget.Kind.OBJECTS),
        new YamlTarget(YamlTarget.Kind.RELEASE),
        new YamlTarget(YamlTarget.Kind.HUB),
        new ModelTarget(ModelTarget.Kind.SAFETENSORS),
        new ModelTarget(ModelTarget.Kind.ONNX),
        new MakeTarget(),
        new InspectTarget(),
        new AdminBodyTarget(),
        new AdminPortTarget());
  }
}
