package dev.tombolo.hub.policy;

import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody.State;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything the hub knows that bears on why a device is as it is.
///
/// @param seenMillis hub time of the last sign of life; 0 when it never came
/// @param wanted what the operators selected for its slot, by application
/// @param manifest digest of the newest document made for it; null before the first
/// @param revision of that document; 0 before the first
/// @param state what it last reported; null before the first
/// @param stateMillis hub time of that report
/// @param plan null: its site has no windows
/// @param pause null: nobody has stopped its downloads
/// @param agentVersion of its newest birth
/// @param leftOut of its document, for its agent is too old: words for each
/// @param certifiedUntilMillis when the last of its certificates runs out; null: none is known
public record DeviceCondition(
    DeviceRecord device,
    boolean online,
    long seenMillis,
    Map<Name, Wanted> wanted,
    @Nullable Digest manifest,
    long revision,
    @Nullable State state,
    long stateMillis,
    @Nullable Plan plan,
    @Nullable Pause pause,
    String agentVersion,
    List<String> leftOut,
    @Nullable Long certifiedUntilMillis) {
  public DeviceCondition {
    wanted = Map.copyOf(wanted);
    leftOut = List.copyOf(leftOut);
  }

  /// Of a device of whose certificates nothing is known.
  public DeviceCondition(
      DeviceRecord device,
      boolean online,
      long seenMillis,
      Map<Name, Wanted> wanted,
      @Nullable Digest manifest,
      long revision,
      @Nullable State state,
      long stateMillis,
      @Nullable Plan plan,
      @Nullable Pause pause,
      String agentVersion,
      List<String> leftOut) {
    this(
        device,
        online,
        seenMillis,
        wanted,
        manifest,
        revision,
        state,
        stateMillis,
        plan,
        pause,
        agentVersion,
        leftOut,
        null);
  }

  /// Of a device whose agent knows all of its document.
  public DeviceCondition(
      DeviceRecord device,
      boolean online,
      long seenMillis,
      Map<Name, Wanted> wanted,
      @Nullable Digest manifest,
      long revision,
      @Nullable State state,
      long stateMillis,
      @Nullable Plan plan,
      @Nullable Pause pause) {
    this(
        device,
        online,
        seenMillis,
        wanted,
        manifest,
        revision,
        state,
        stateMillis,
        plan,
        pause,
        "",
        List.of());
  }

  /// Of a device whose downloads nobody has stopped.
  public DeviceCondition(
      DeviceRecord device,
      boolean online,
      long seenMillis,
      Map<Name, Wanted> wanted,
      @Nullable Digest manifest,
      long revision,
      @Nullable State state,
      long stateMillis,
      @Nullable Plan plan) {
    this(device, online, seenMillis, wanted, manifest, revision, state, stateMillis, plan, null);
  }

  /// Of a device whose site has no windows.
  public DeviceCondition(
      DeviceRecord device,
      boolean online,
      long seenMillis,
      Map<Name, Wanted> wanted,
      @Nullable Digest manifest,
      long revision,
      @Nullable State state,
      long stateMillis) {
    this(device, online, seenMillis, wanted, manifest, revision, state, stateMillis, null);
  }

  /// When the device may download and switch.
  ///
  /// @param liftedUntilMillis until then a person has lifted it; null: nobody
  public record Plan(String timeZone, SiteTimes times, @Nullable Long liftedUntilMillis) {}

  /// Who stopped its downloads, and why.
  public record Pause(String by, String why, long sinceMillis) {}

  /// A selected release.
  public record Wanted(Digest release, String version) {}
}
