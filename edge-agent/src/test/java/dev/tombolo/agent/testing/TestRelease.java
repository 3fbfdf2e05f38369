package dev.tombolo.agent.testing;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.session.LocalPlaces;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A release folder with one shell script in it.
public record TestRelease(Name application, Digest digest, AgentFolders folders) {

  public static TestRelease of(Path data, String script) throws IOException {
    TestRelease release =
        new TestRelease(new Name("counter"), Digest.ofText(script), new AgentFolders(data));
    Path folder = Files.createDirectories(release.folders().release(release.digest()));
    Files.writeString(folder.resolve("run.sh"), script);
    return release;
  }

  public LocalPlaces places() {
    return new LocalPlaces(
        folders,
        Map.of("shell", Path.of("/bin")),
        name -> new LocalPlaces.Loopback("http://127.0.0.1:1/w/secret", "secret"));
  }

  public WorkloadSpec spec(WorkloadSpec.Reload reload) {
    return new WorkloadSpec(
        WorkloadSpec.Type.PROCESS,
        List.of("${runtime.shell}/sh", "${release.dir}/run.sh"),
        Map.of("RELEASE", "${release.digest}"),
        reload,
        List.of(),
        10,
        1,
        1);
  }

  public WorkloadSpec spec() {
    return spec(new WorkloadSpec.Reload.Restart());
  }

  /// What the workload has printed.
  public String output() throws IOException {
    Path file = folders.output(application);
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
