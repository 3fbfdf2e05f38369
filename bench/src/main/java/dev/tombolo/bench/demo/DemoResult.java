package dev.tombolo.bench.demo;

import io.avaje.jsonb.Json;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What `--json FILE` holds.
@Json
public record DemoResult(boolean ok, double seconds, List<StepResult> steps) {
  public DemoResult {
    steps = List.copyOf(steps);
  }

  void write(Path file) throws IOException {
    Files.writeString(file, Jsonb.builder().build().toJson(this) + "\n");
  }
}
