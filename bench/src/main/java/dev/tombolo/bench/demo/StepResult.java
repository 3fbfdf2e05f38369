package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;
import java.util.List;

/// How a step went.
///
/// @param claims what was checked, in order; the last one failed unless `ok`
/// @param problem empty when `ok`
/// @param parts where the seconds went
@Json
public record StepResult(
    String name,
    boolean ok,
    double seconds,
    List<String> claims,
    String problem,
    List<PartTime> parts) {
  public StepResult {
    claims = List.copyOf(claims);
    parts = List.copyOf(parts);
  }
}
