package dev.tombolo.hub.cli.screen;

import java.io.Console;
import java.util.Optional;
import java.util.OptionalInt;

/// Whoever sits in front of the command, if anybody does.
public interface Person {
  /// True when input and output are a terminal: then progress is drawn and questions are asked.
  boolean isThere();

  /// What they typed; empty when they ended the input.
  Optional<String> ask(String question);

  /// Lines of their terminal, as it is now; empty when it does not tell.
  default OptionalInt rows() {
    return OptionalInt.empty();
  }

  /// True at a terminal, unless `NO_COLOR` is set (https://no-color.org) or the terminal is `dumb`.
  default boolean wantsColour() {
    return isThere()
        && System.getenv().getOrDefault("NO_COLOR", "").isEmpty()
        && !"dumb".equals(System.getenv("TERM"));
  }

  /// The root command, which knows who is there.
  interface Present {
    Person person();
  }

  static Person atTheTerminal() {
    Console console = System.console();
    boolean there = console != null && console.isTerminal();
    return new Person() {
      @Override
      public boolean isThere() {
        return there;
      }

      @Override
      public Optional<String> ask(String question) {
        return console == null
            ? Optional.empty()
            : Optional.ofNullable(console.readLine("%s", question));
      }

      @Override
      public OptionalInt rows() {
        return there ? TerminalSize.rows() : OptionalInt.empty();
      }
    };
  }
}
