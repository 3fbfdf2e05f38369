package dev.tombolo.hub.core.admin;

import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.token.JoinToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an operator may change. Where it touches a protected fleet, `typedName` must be that
/// fleet's name, else the answer is [dev.tombolo.protocol.reason.Reason.ProtectedFleet].
public sealed interface AdminCommand {

  /// @param slot binds the token to one slot (then `uses` is 1)
  /// @param drawn id and secret, drawn at random by the adapter, with the hub's pins and endpoints;
  ///   its expiry is set by the decider
  record CreateToken(
      Name fleet,
      Optional<Name> site,
      Optional<SlotRef> slot,
      int uses,
      Duration life,
      JoinToken drawn,
      Optional<String> typedName)
      implements AdminCommand {}

  record RevokeToken(String token) implements AdminCommand {}

  /// All of the objects or none.
  ///
  /// @param prune what is to go that is not among the objects
  /// @param sources where the objects were written, by their titles; for `explain`
  /// @param isDetailed the answer tells fields and devices, not only lines
  /// @param commit that the objects were read from; empty: a person has sent them
  record Apply(
      List<AdminObject> objects,
      Optional<String> typedName,
      boolean dryRun,
      Optional<Prune> prune,
      Map<String, Sources> sources,
      boolean isDetailed,
      Optional<Commit> commit)
      implements AdminCommand {
    public Apply {
      objects = List.copyOf(objects);
      sources = Map.copyOf(sources);
    }

    /// Of a person.
    public Apply(
        List<AdminObject> objects,
        Optional<String> typedName,
        boolean dryRun,
        Optional<Prune> prune,
        Map<String, Sources> sources,
        boolean isDetailed) {
      this(objects, typedName, dryRun, prune, sources, isDetailed, Optional.empty());
    }

    public Apply(List<AdminObject> objects, Optional<String> typedName, boolean dryRun) {
      this(objects, typedName, dryRun, Optional.empty(), Map.of(), false);
    }
  }

  /// The commit of an application's repository that a list of objects stands in.
  ///
  /// @param id 40 hex digits
  /// @param by the person who lets it into a protected fleet; empty: nobody had to
  record Commit(
      Name fleet, Name application, GitSource source, String id, String about, String by) {}

  /// What became of looking at an application's repository.
  record NoteGit(Name fleet, Name application, GitSource source, GitNote note)
      implements AdminCommand {
    /// A new commit waits, or something is wrong.
    public sealed interface GitNote {
      /// Sound, and to be let in by a person.
      record Waits(String commit, String about) implements GitNote {}

      /// @param commit empty: it could not be fetched
      record Wrong(String commit, String about, String what, String file, int line)
          implements GitNote {}

      /// Sound, and held up by a rollout.
      record Held(String commit, String about, String rollout, String what) implements GitNote {}

      /// The newest commit counts already, and the repository can be read again.
      record Well(String commit) implements GitNote {}
    }
  }

  /// Objects of these kinds in these fleets are to go when they are not in the list.
  record Prune(Set<Name> fleets, Set<Kind> kinds) {
    public Prune {
      fleets = Set.copyOf(fleets);
      kinds = Set.copyOf(kinds);
    }

    /// What may go.
    public enum Kind {
      FLEET,
      SITE,
      SLOT,
      APPLICATION
    }
  }

  /// Where an object's values were written.
  ///
  /// @param lines by value: `people-embedding/port`, `release`, `0/1/2` for the third patch of the
  ///   second override of the first policy
  record Sources(String file, Map<String, Integer> lines) {
    public static final Sources UNKNOWN = new Sources("", Map.of());

    public Sources {
      lines = Map.copyOf(lines);
    }

    /// `shops.yaml:12`; empty when it is not known.
    public String of(String path) {
      Integer line = lines.get(path);
      return line == null ? file : file + ":" + line;
    }
  }

  /// Takes the next publisher root: version 1 when there is none, else chained to the newest.
  record TrustPublisher(Envelope root) implements AdminCommand {}

  /// Every file of the release is already in the hub's file store, checked by digest and size.
  record PushRelease(Envelope release) implements AdminCommand {}

  /// Selects a release for its application in a whole fleet, one site, or one slot; the most
  /// specific one wins.
  record Assign(
      ReleaseRef release,
      Name fleet,
      Optional<Name> site,
      Optional<SlotRef> slot,
      Optional<String> typedName)
      implements AdminCommand {}

  /// Takes an application off a fleet, site or slot.
  record Unassign(
      Name application,
      Name fleet,
      Optional<Name> site,
      Optional<SlotRef> slot,
      Optional<String> typedName)
      implements AdminCommand {}

  /// Lifts the windows of the device in a slot for a while.
  ///
  /// @param why for the audit
  record LiftWindows(SlotRef slot, Duration life, String why, Optional<String> typedName)
      implements AdminCommand {}

  /// Stops downloads of a slot's device, or of all of a site.
  ///
  /// @param why for the audit, and for the people in the shop
  record PauseTransfers(TransferPause.Place place, String why, Optional<String> typedName)
      implements AdminCommand {}

  /// @param why for the audit
  record ResumeTransfers(TransferPause.Place place, String why, Optional<String> typedName)
      implements AdminCommand {}

  /// Begins to move devices of a scope to a release, in waves.
  record CreateRollout(
      ReleaseRef release, Scope scope, RolloutPlan plan, Optional<String> typedName)
      implements AdminCommand {}

  /// @param why for abort and rollback
  /// @param anyway with approve: open the next wave though the gate is shut
  /// @param wave with approve: which one is meant; empty: whichever is the next
  record SteerRollout(
      RolloutId rollout,
      Action action,
      String why,
      boolean anyway,
      Optional<String> wave,
      Optional<String> typedName)
      implements AdminCommand {
    /// Of no particular wave.
    public SteerRollout(
        RolloutId rollout, Action action, String why, boolean anyway, Optional<String> typedName) {
      this(rollout, action, why, anyway, Optional.empty(), typedName);
    }

    public enum Action {
      PAUSE,
      RESUME,
      APPROVE,
      ABORT,
      ROLLBACK,
      RETRY
    }
  }

  record RevokeDevice(DeviceId device, String why, Optional<String> typedName)
      implements AdminCommand {}

  /// Lets a quarantined or waiting device take part again.
  ///
  /// @param slot where it stands from now on; empty: where it stood
  record ApproveDevice(
      DeviceId device, Optional<SlotRef> slot, String why, Optional<String> typedName)
      implements AdminCommand {}

  /// Makes a token that lets one new device take over a slot; the device that has it now is shut
  /// out for ever in the moment the new one enrols.
  ///
  /// @param drawn as in [CreateToken]
  record ReplaceDevice(SlotRef slot, Duration life, JoinToken drawn, Optional<String> typedName)
      implements AdminCommand {}

  /// A backup is about to be made.
  ///
  /// @param id drawn at random by the adapter
  record BeginBackup(String id) implements AdminCommand {}

  /// The backup is whole and on a disk.
  ///
  /// @param archive SHA-256 of the file
  record FinishBackup(String id, Digest archive, long bytes) implements AdminCommand {}

  /// Makes the newest documents of a site's devices for an offline kit.
  ///
  /// @param id drawn at random by the adapter
  /// @param slots of the site; none: all that have a device
  record MakeKit(String id, Name site, List<SlotRef> slots, boolean isForPassphrase)
      implements AdminCommand {
    public MakeKit {
      slots = List.copyOf(slots);
    }
  }

  /// Asks a connected device; answered when the device answers or the time is up.
  record AskDevice(DeviceId device, String question, Map<String, String> arguments)
      implements AdminCommand {
    public AskDevice {
      arguments = Map.copyOf(arguments);
    }
  }

  /// Lets a person use the admin API. A revoked person's name may come back with a new token.
  ///
  /// @param tokenHash SHA-256 of the token's text, drawn by the adapter
  record CreateUser(Name name, Digest tokenHash) implements AdminCommand {}

  /// Makes a person's token void.
  record RevokeUser(Name name) implements AdminCommand {}
}
