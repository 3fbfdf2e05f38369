package dev.tombolo.hub.core.view;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.rollout.Held;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What operators may read of rollouts, as of the last commit. Safe from any thread. How waves
/// stand is written down once a second.
public interface RolloutViews {

  /// Newest first.
  List<RolloutView> rollouts(Optional<Name> fleet, int limit);

  Optional<RolloutView> rollout(RolloutId id);

  /// What the next one will be called.
  RolloutId next();

  /// The newest that was applied under a name.
  Optional<RolloutView> named(Name name);

  /// Names of rollouts that were applied, some of them.
  List<String> names();

  /// Where a slot stands in each rollout of its fleet that has it, newest first.
  List<Standing> standings(SlotRef slot, long nowMillis);

  /// What each rollout of a fleet selects for these slots, newest first: [Standing#choice] and the
  /// record say it; neighbours are not counted.
  Map<SlotRef, List<Standing>> choices(Name fleet, Collection<SlotRef> slots, long nowMillis);

  /// Devices of a rollout in one phase, in the order of their numbers.
  List<MemberView> members(RolloutId id, Phase phase, int limit);

  /// What was decided about a rollout, newest first.
  List<AuditRecord> rolloutEvents(RolloutId id, int limit);

  /// Hands over every slot of a fleet that has a device and to which an application goes, by site
  /// and slot: sync policies leave the others out.
  ///
  /// @param asked the application's release of which it is told whether it is live
  /// @param overlay counts where it says something
  void eachHolder(Name fleet, Name application, Digest asked, Overlay overlay, HolderReader reader);

  /// The same slots, as long as one more is wanted, and nothing of what their devices have.
  ///
  /// @param overlay counts where it says something
  /// @param isNextWanted takes a slot
  void eachPlace(Name fleet, Name application, Overlay overlay, Predicate<PlaceFacts> isNextWanted);

  /// What is known of each site of a fleet that bears on how long a rollout takes.
  ///
  /// @param overlay counts where it says something
  List<SiteLine> siteLines(Name fleet, Overlay overlay);

  record RolloutView(RolloutRecord record, List<WaveCount> waves) {
    public RolloutView {
      waves = List.copyOf(waves);
    }
  }

  record MemberView(
      SlotRef slot, int wave, Phase phase, long grantedMillis, @Nullable Reason reason) {}

  /// @param line rules that devices keep to; empty: none
  /// @param rate null: nobody has measured it
  record SiteLine(
      Name site,
      String timeZone,
      SiteTimes times,
      Optional<LineRules> line,
      @Nullable LineRate rate) {}

  /// Takes the slots one by one.
  interface HolderReader {
    /// @param shares it has told others of its site how to reach it
    void read(PlaceFacts place, Held held, boolean shares);
  }
}
