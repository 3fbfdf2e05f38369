package dev.tombolo.agent.cli;

import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.bundle.NoRoomException;
import dev.tombolo.agent.bundle.RefusedBundleException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// `bundle apply` in just the words that the running agent says, which are understood without the
/// parser: its model of all commands is a third of what such a process costs, and all devices of a
/// shop start one at the same moment.
///
/// @param base null when the bundle needs none
/// @param coming how many bytes the bundle will have that still comes, as `NAME.part`; 0: it is
///   here
/// @param makes how many bytes the files have that it is to make; empty: nobody says, as an agent
///   that runs since before the package was replaced
record UnpackRun(@Nullable Path base, Path bundle, Path out, long coming, OptionalLong makes) {
  private static final int WORDS = 7;
  private static final String BYTES = "0|[1-9][0-9]{0,17}";

  /// `bundle apply --by-digest --bundle FILE --out FOLDER [--base FOLDER] [--coming BYTES] [--makes
  /// BYTES]`; empty for anything else.
  static Optional<UnpackRun> of(String[] words) {
    if (words.length < WORDS
        || !words[0].equals("bundle")
        || !words[1].equals("apply")
        || !words[2].equals("--by-digest")
        || !words[3].equals("--bundle")
        || !words[5].equals("--out")) {
      return Optional.empty();
    }
    int next = WORDS;
    Path base = null;
    if (words.length >= next + 2 && words[next].equals("--base")) {
      base = Path.of(words[next + 1]);
      next += 2;
    }
    long coming = 0;
    if (words.length >= next + 2
        && words[next].equals("--coming")
        && words[next + 1].matches(BYTES)) {
      coming = Long.parseLong(words[next + 1]);
      next += 2;
    }
    OptionalLong makes = OptionalLong.empty();
    if (words.length >= next + 2
        && words[next].equals("--makes")
        && words[next + 1].matches(BYTES)) {
      makes = OptionalLong.of(Long.parseLong(words[next + 1]));
      next += 2;
    }
    return next == words.length
        ? Optional.of(new UnpackRun(base, Path.of(words[4]), Path.of(words[6]), coming, makes))
        : Optional.empty();
  }

  /// Returns what to exit with.
  int run() {
    BundleApply.Wanted wanted = BundleApply.Wanted.byDigests(out, makes);
    try {
      if (coming > 0) {
        BundleApply.applyComing(base, bundle, coming, wanted);
      } else {
        BundleApply.apply(base, bundle, wanted, size -> {}, bytes -> {});
      }
      return ExitCode.OK;
    } catch (BaseException e) {
      return said(String.valueOf(e.getMessage()), ExitCode.BASE_DAMAGED);
    } catch (RefusedBundleException e) {
      return said(String.valueOf(e.getMessage()), ExitCode.BUNDLE_REFUSED);
    } catch (NoRoomException e) {
      return said(String.valueOf(e.getMessage()), ExitCode.NO_ROOM);
    } catch (NoSuchFileException e) {
      return said("there is no " + e.getMessage(), ExitCode.NOT_FOUND);
    } catch (IOException e) {
      return said(FileFault.say(e), ExitCode.FAILED);
    }
  }

  private static int said(String words, int exit) {
    System.err.println("tombolo-agent: " + words);
    return exit;
  }
}
