package dev.tombolo.bench.simulation.coverage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why some branches are not taken by any world: `gaps.txt` beside this class, a line each of a
/// class or one of its methods, and the reason.
public final class Gaps {
  private static final String FILE = "gaps.txt";
  private static final String OURS = "dev.tombolo.";
  private static final Gap FOR_BUGS =
      new Gap("", null, "ends at once in an exception that only a bug can cause");

  private final List<Gap> gaps;

  /// @param owner name of the class; those within it are meant, too
  /// @param method null: all
  public record Gap(String owner, @Nullable String method, String reason) {
    boolean isOf(Branch branch) {
      boolean isWithin = branch.owner().equals(owner) || branch.owner().startsWith(owner + "$");
      return isWithin && (method == null || method.equals(methodOf(branch)));
    }

    /// What a lambda does, its method does.
    private static String methodOf(Branch branch) {
      String name = branch.method();
      return name.startsWith("lambda$") ? name.substring(7, name.lastIndexOf('$')) : name;
    }

    /// As it stands in the file.
    public String text() {
      return owner.substring(OURS.length()) + (method == null ? "" : "." + method);
    }
  }

  private Gaps(List<Gap> gaps) {
    this.gaps = List.copyOf(gaps);
  }

  /// Those of the repository.
  public static Gaps read() {
    List<Gap> gaps = new ArrayList<>();
    try (InputStream in = Gaps.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("no " + FILE);
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          gaps.add(gap(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Gaps(gaps);
  }

  /// `hub.core.HubLoop.run the real thread`
  private static Gap gap(String line) {
    int end = line.indexOf(' ');
    if (end < 0) {
      throw new IllegalStateException(FILE + ": no reason: " + line);
    }
    String what = line.substring(0, end);
    int last = what.lastIndexOf('.');
    char first = what.charAt(last + 1);
    boolean isMethod = Character.isLowerCase(first) || first == '<';
    return new Gap(
        OURS + (isMethod ? what.substring(0, last) : what),
        isMethod ? what.substring(last + 1) : null,
        line.substring(end).strip());
  }

  public List<Gap> all() {
    return gaps;
  }

  /// Why this one is not taken.
  public Optional<Gap> of(Branch branch) {
    Optional<Gap> named = gaps.stream().filter(it -> it.isOf(branch)).findFirst();
    return named.isEmpty() && branch.isForBugs() ? Optional.of(FOR_BUGS) : named;
  }

  /// Those that explain nothing any more.
  public List<Gap> idle(Collection<Branch> notTaken) {
    return gaps.stream().filter(it -> notTaken.stream().noneMatch(it::isOf)).toList();
  }
}
