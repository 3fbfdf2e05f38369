package dev.tombolo.hub.config;

import dev.tombolo.protocol.reason.Quoted;

/// A mistake in a YAML file, told with file, line, field and what to do: `hub.yaml line 7:
/// edge.port: 99999 is not a port; use 1-65535`.
public final class YamlFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// A hint may list all fields that are allowed.
  private static final int WHAT_CHARS_MAX = 600;

  private final int line;
  private final String what;
  private final String field;

  /// @param line from 1; 0 when the fault is the whole file's
  /// @param field dotted path, like `spec.timeZone`; empty when the fault is not in one
  YamlFault(String file, int line, String field, String what) {
    super(
        file
            + (line > 0 ? " line " + line : "")
            + ": "
            + (field.isEmpty() ? "" : Quoted.of(field) + ": ")
            + Quoted.of(what, WHAT_CHARS_MAX));
    this.line = line;
    this.what = (field.isEmpty() ? "" : Quoted.of(field) + ": ") + Quoted.of(what, WHAT_CHARS_MAX);
    this.field = field;
  }

  public int line() {
    return line;
  }

  /// The message without file and line.
  public String what() {
    return what;
  }

  public String field() {
    return field;
  }
}
