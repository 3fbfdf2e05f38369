package dev.tombolo.protocol.window;

import java.time.LocalDate;

/// Local dates, both included.
public record DateSpan(LocalDate from, LocalDate through) {
  public DateSpan {
    if (through.isBefore(from)) {
      throw new IllegalArgumentException(through + " is before " + from);
    }
  }

  boolean contains(long epochDay) {
    return epochDay >= from.toEpochDay() && epochDay <= through.toEpochDay();
  }

  @Override
  public String toString() {
    return from.equals(through) ? from.toString() : from + ".." + through;
  }
}
