package dev.tombolo.hub.objects;

import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.http.api.SourceBody;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `spec.source` of an Application, as people write it.
final class SourceYaml {
  /// What the repository says, and nobody beside it.
  private static final List<String> FROM_THERE = List.of("release", "parameters", "syncPolicies");

  private SourceYaml() {}

  static @Nullable SourceBody read(YamlMap spec) {
    if (!spec.has("source")) {
      return null;
    }
    for (String key : FROM_THERE) {
      if (spec.keys().contains(key)) {
        throw spec.fault(
            key, "comes from the repository that spec.source names; leave it out here");
      }
    }
    YamlMap source = spec.map("source");
    YamlMap repository = source.map("gitRepository");
    String url = repository.read("url", GitSource::url);
    String branch = GitSource.BRANCH_USUAL;
    if (repository.has("ref")) {
      YamlMap ref = repository.map("ref");
      branch = ref.optionalRead("branch", GitSource::branch).orElse(branch);
      ref.noMore();
    }
    String path = repository.optionalRead("path", GitSource::path).orElse("");
    long interval =
        repository
            .optionalDuration("interval")
            .map(Duration::toMillis)
            .orElse(GitSource.INTERVAL_MILLIS_USUAL);
    repository.noMore();
    source.noMore();
    try {
      new GitSource(url, branch, path, interval);
    } catch (IllegalArgumentException e) {
      throw repository.fault("interval", String.valueOf(e.getMessage()));
    }
    return new SourceBody(url, branch, path, interval);
  }
}
