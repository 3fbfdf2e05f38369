package dev.tombolo.protocol.message;

import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one row of a report says.
public sealed interface ReportBody {
  /// The device's whole state. Coalesced: only the newest unacknowledged one is kept.
  ///
  /// @param manifest the desired manifest in force
  /// @param facts hardware and software facts for people: host, os, arch, agentVersion, ...
  record State(
      @Nullable Digest manifest,
      long revision,
      List<ApplicationStatus> applications,
      List<Reason> reasons,
      Map<String, String> facts)
      implements ReportBody {
    public State {
      applications = List.copyOf(applications);
      reasons = List.copyOf(reasons);
      facts = Map.copyOf(facts);
    }
  }

  /// Something that happened; never dropped.
  ///
  /// @param what a fixed word: `desired-applied`, `desired-refused`, `download-finished`, `staged`,
  ///   `switched`, `live`, `rolled-back`, `workload-started`, `workload-exited`,
  ///   `workload-adopted`, `certificate-renewed`, `booted`, ...: docs/protocol.md lists them
  /// @param permit of `permit-used`: by it the device is about to switch to `release`
  record Happened(
      String what,
      @Nullable Name application,
      @Nullable Digest release,
      @Nullable Reason reason,
      @Nullable Permit permit)
      implements ReportBody {
    public static final String PERMIT_USED = "permit-used";

    public Happened(
        String what,
        @Nullable Name application,
        @Nullable Digest release,
        @Nullable Reason reason) {
      this(what, application, release, reason, null);
    }
  }

  /// A workload's own result (people counted), handed in over the loopback endpoint.
  ///
  /// @param channel 1-63 characters like a [Name]; each has a disk quota on the device
  /// @param json the workload's JSON text, carried unchanged
  record Result(Name channel, String json) implements ReportBody {}

  /// Rows of a channel were dropped because its quota was full, oldest first.
  record Dropped(Name channel, long count, long fromSequence, long throughSequence)
      implements ReportBody {}
}
