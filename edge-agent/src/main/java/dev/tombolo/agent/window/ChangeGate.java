package dev.tombolo.agent.window;

import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.Windows;
import dev.tombolo.protocol.window.Windows.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What speaks against a download or a switch now, by windows and permits; nothing: go. The
/// strongest reason comes first, and while nothing happens a reason stays word for word the same.
public final class ChangeGate {
  private final Optional<Windows> windows;
  private final @Nullable Opening[] known = new Opening[Kind.values().length];

  /// That for the beginning of a permit, which may lie ahead.
  private @Nullable Opening knownOfPermit;

  /// From one moment on it is shut until another, which takes a while to find out.
  ///
  /// @param opensMillis 0 when none is near
  private record Opening(long fromMillis, long opensMillis, String opens) {
    /// So long it is not looked again whether one has come near.
    private static final long NONE_MILLIS = 24 * 3600_000L;

    boolean covers(long at) {
      return at >= fromMillis && at < (opensMillis == 0 ? fromMillis + NONE_MILLIS : opensMillis);
    }
  }

  /// @param windows empty: the site has none
  public ChangeGate(Optional<Windows> windows) {
    this.windows = windows;
  }

  /// Against a download of what is not live yet.
  public List<Reason> download(BestTime now) {
    if (windows.isEmpty()) {
      return List.of();
    }
    return switch (now) {
      case BestTime.Unsure _ -> List.of(new Reason.TimeUnsure());
      case BestTime.Sure(var at) ->
          windows.get().isOpen(Kind.DOWNLOAD, at)
              ? List.of()
              : List.of(downloadsWait(opening(Kind.DOWNLOAD, at)));
    };
  }

  private static Reason downloadsWait(Opening next) {
    return new Reason.DownloadWindowClosed(next.opensMillis(), next.opens());
  }

  /// Against a switch to what is staged.
  ///
  /// @param first nothing is live that the switch could disturb: windows do not hold it back,
  ///   unless a rollout does
  public List<Reason> change(BestTime now, Optional<Gate> gate, boolean first) {
    boolean isHeldByWindows = windows.isPresent() && (gate.isPresent() || !first);
    if (gate.isEmpty() && !isHeldByWindows) {
      return List.of();
    }
    List<Reason> reasons = new ArrayList<>(3);
    Optional<Permit> permit = gate.flatMap(Gate::permit);
    if (gate.isPresent() && permit.isEmpty()) {
      reasons.add(
          new Reason.PermitAwaited(
              gate.get().rollout().text(), gate.get().wave(), gate.get().waveName()));
    }
    switch (now) {
      case BestTime.Unsure _ -> reasons.add(new Reason.TimeUnsure());
      case BestTime.Sure(var at) -> {
        permit.ifPresent(
            it -> permit(it, gate.orElseThrow().waveName(), at, isHeldByWindows, reasons));
        if (isHeldByWindows) {
          window(windows.get(), at, reasons);
        }
      }
    }
    return reasons;
  }

  private void permit(
      Permit permit, String wave, long at, boolean isHeldByWindows, List<Reason> reasons) {
    String rollout = permit.rollout().text();
    if (at >= permit.notAfterMillis()) {
      reasons.add(new Reason.PermitOver(rollout, permit.wave(), wave, permit.notAfterMillis()));
      return;
    }
    if (at < permit.notBeforeMillis()) {
      reasons.add(new Reason.PermitNotYet(rollout, permit.wave(), wave, permit.notBeforeMillis()));
    }
    long from = Math.max(at, permit.notBeforeMillis());
    if (isHeldByWindows && !windows.get().isOpen(Kind.SWITCH, from)) {
      Opening next = openingOfPermit(from);
      if (next.opensMillis() == 0 || next.opensMillis() >= permit.notAfterMillis()) {
        reasons.addFirst(
            new Reason.PermitMissesWindow(
                rollout,
                permit.wave(),
                wave,
                permit.notAfterMillis(),
                next.opensMillis(),
                next.opens()));
      }
    }
  }

  private void window(Windows there, long at, List<Reason> reasons) {
    Optional<Windows.Shut> shut = there.shut(Kind.SWITCH, at);
    if (shut.isEmpty()) {
      return;
    }
    Opening next = opening(Kind.SWITCH, at);
    long millis = next.opensMillis();
    String opens = next.opens();
    reasons.add(
        switch (shut.get()) {
          case OUTSIDE -> new Reason.SwitchWindowClosed(millis, opens);
          case SHOP_OPEN -> new Reason.ShopOpen(millis, opens);
          case FROZEN ->
              new Reason.Frozen(there.freeze(at).map(Object::toString).orElse(""), millis, opens);
        });
  }

  private Opening opening(Kind kind, long at) {
    Opening before = known[kind.ordinal()];
    if (before != null && before.covers(at)) {
      return before;
    }
    Opening found = look(kind, at);
    known[kind.ordinal()] = found;
    return found;
  }

  private Opening openingOfPermit(long at) {
    Opening before = knownOfPermit;
    if (before != null && before.covers(at)) {
      return before;
    }
    Opening found = look(Kind.SWITCH, at);
    knownOfPermit = found;
    return found;
  }

  private Opening look(Kind kind, long at) {
    Windows there = windows.orElseThrow();
    OptionalLong opens = there.nextOpening(kind, at);
    return opens.isEmpty()
        ? new Opening(at, 0, "")
        : new Opening(at, opens.getAsLong(), there.words(opens.getAsLong()));
  }

  /// A person has lifted the windows for a while.
  public Optional<Reason> lifted(BestTime now) {
    return windows.isPresent() && now instanceof BestTime.Sure(var at)
        ? windows.get().lifted(at).map(Reason.WindowsLifted::new)
        : Optional.empty();
  }
}
