package dev.tombolo.protocol.fuzz;

import java.util.Objects;

/// An input that broke the contract.
///
/// @param kind the same for all inputs that break it in the same place
record Finding(String kind, byte[] input, Throwable thrown) {
  static Finding of(byte[] input, Throwable thrown) {
    return new Finding(kindOf(thrown), input, thrown);
  }

  /// Without what it was said of.
  private static String claim(String message) {
    int first = message.indexOf(':');
    int second = message.indexOf(':', first + 1);
    return Contract.shape(second < 0 ? message : message.substring(0, second));
  }

  private static String kindOf(Throwable thrown) {
    String place = "";
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (frame.getClassName().startsWith("dev.tombolo.")
          && !frame.getClassName().equals(Contract.class.getName())) {
        place = frame.getClassName() + "." + frame.getMethodName();
        break;
      }
    }
    String said =
        thrown instanceof AssertionError
            ? " " + claim(Objects.requireNonNullElse(thrown.getMessage(), ""))
            : "";
    return thrown.getClass().getSimpleName() + " at " + place + said;
  }
}
