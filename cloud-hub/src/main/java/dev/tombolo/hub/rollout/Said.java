package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.message.ApplicationStatus;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What a device said of a rollout's application.
///
/// @param holder tells the hardware apart that has held the slot
/// @param enrolledMillis since when this hardware holds the slot
/// @param status null: it does not know the application
/// @param isCurrent whether the document it has in force is what the hub selects for it now, so
///   that no permit in an older one is good any more. Asked only where it matters.
/// @param lacks whether something that the release needs is not live there yet: it must not get a
///   permit
public record Said(
    int holder,
    long enrolledMillis,
    @Nullable ApplicationStatus status,
    BooleanSupplier isCurrent,
    boolean lacks) {
  /// A device that has all that the release needs.
  public Said(
      int holder,
      long enrolledMillis,
      @Nullable ApplicationStatus status,
      BooleanSupplier isCurrent) {
    this(holder, enrolledMillis, status, isCurrent, false);
  }
}
