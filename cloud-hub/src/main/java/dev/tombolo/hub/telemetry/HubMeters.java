package dev.tombolo.hub.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/// The hub's meters. Names begin with `tombolo.`, with their unit last.
public final class HubMeters implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collector = new JvmGcMetrics();

  /// The registry holds what a counter reads weakly: one that nobody else held would stand still.
  private final List<DoubleSupplier> totals = new CopyOnWriteArrayList<>();

  public HubMeters() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collector.bindTo(registry);
  }

  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /// Something that goes up and down.
  public void gauge(String name, String help, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble).description(help).register(registry);
  }

  /// Something that only grows.
  public void counter(String name, String help, DoubleSupplier total) {
    totals.add(total);
    FunctionCounter.builder(name, total, DoubleSupplier::getAsDouble)
        .description(help)
        .register(registry);
  }

  @Override
  public void close() {
    collector.close();
    registry.close();
  }
}
