package dev.tombolo.hub.desired;

import dev.tombolo.protocol.id.Name;

/// What cannot be done on one device as it was written. The rest of its settings counts all the
/// same.
public sealed interface Trouble {
  Name application();

  /// The parameter, or the patch, that it is about.
  String where();

  /// What does not work there.
  String value();

  /// For people, without the device.
  String words();

  /// A template names a label that neither site nor slot has. The parameter is not given, so the
  /// release's own default counts.
  record LabelMissing(Name application, String parameter, String object, String variable)
      implements Trouble {
    @Override
    public String where() {
      return object + " parameters." + application + "." + parameter;
    }

    @Override
    public String words() {
      return "there is no such label there; set it, or give those another value";
    }

    @Override
    public String value() {
      return "${" + variable + "}";
    }
  }

  /// An operation has nothing to work on: the override is left out.
  record NothingToPatch(Name application, String object, String patch, String parameter)
      implements Trouble {
    @Override
    public String where() {
      return object + " " + patch;
    }

    @Override
    public String words() {
      return "no layer gives it a value there; use 'add' to give it one";
    }

    @Override
    public String value() {
      return "/parameters/" + parameter;
    }
  }

  /// A `move` or `copy` takes what is not there: the override is left out.
  record NothingToTake(Name application, String object, String patch, String parameter)
      implements Trouble {
    @Override
    public String where() {
      return object + " " + patch;
    }

    @Override
    public String words() {
      return "no layer gives it a value there, so there is nothing to take from it";
    }

    @Override
    public String value() {
      return Patch.pathOf(parameter);
    }
  }

  /// A `test` did not hold: the override is left out, as was asked.
  record TestFailed(Name application, String object, String patch) implements Trouble {
    @Override
    public String where() {
      return object + " " + patch;
    }

    @Override
    public String words() {
      return "the test does not hold there, so the override does not count";
    }

    @Override
    public String value() {
      return "test";
    }
  }

  /// A value is left out, for the document would grow too large to send.
  record TooLarge(Name application, String parameter, String object) implements Trouble {
    @Override
    public String where() {
      return object + " parameters." + application + "." + parameter;
    }

    @Override
    public String words() {
      return "the parameters of one device together exceed "
          + SectionBounds.DEVICE_PARAMETERS_BYTES_MAX
          + " bytes there";
    }

    @Override
    public String value() {
      return parameter;
    }
  }

  /// Whether it was written to happen.
  default boolean isMeant() {
    return this instanceof TestFailed;
  }
}
