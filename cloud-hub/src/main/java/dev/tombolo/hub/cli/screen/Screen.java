package dev.tombolo.hub.cli.screen;

import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.Note;
import dev.tombolo.hub.policy.PlainText;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;

/// Where a command says its result: for people, or as JSON for scripts. Results go to standard
/// output; progress, hints and errors to standard error.
///
/// @param isJson `--json` was given
public record Screen(PrintWriter out, PrintWriter err, Person person, boolean isJson) {
  private static final String BREAKS = "\n\r\t";

  /// The result in words, or as JSON.
  public void say(Object json, Supplier<String> words) {
    if (isJson) {
      out.println(AdminJson.write(json));
    } else {
      line(words.get());
    }
    out.flush();
  }

  /// A list as a table, or as a JSON array.
  ///
  /// @param whenEmpty what to do next, told on standard error when there is nothing
  public void table(List<?> json, Table table, String whenEmpty) {
    if (isJson) {
      out.println(AdminJson.write(json));
    } else if (table.isEmpty()) {
      hint(whenEmpty);
    } else {
      out.print(table);
    }
    out.flush();
  }

  /// Something worth knowing that is not the result; not said to scripts.
  public void hint(String text) {
    if (!isJson) {
      err.println(plainLines(text));
      err.flush();
    }
  }

  /// Something that whoever uses the result must know, scripts too.
  public void note(String text) {
    err.println(isJson ? AdminJson.write(new Note(text)) : plainLines(text));
    err.flush();
  }

  public Progress progress(String what, long total) {
    return person.isThere() && !isJson ? new Progress(err, what, total) : Progress.silent();
  }

  /// On one line and harmless: what devices say must not drive the operator's terminal.
  public static String plain(String text) {
    return PlainText.of(text);
  }

  /// The same, of several lines.
  public static String plainLines(String text) {
    return PlainText.of(text, BREAKS);
  }

  private void line(String words) {
    String text = plainLines(words);
    out.print(text.endsWith("\n") ? text : text + System.lineSeparator());
  }
}
