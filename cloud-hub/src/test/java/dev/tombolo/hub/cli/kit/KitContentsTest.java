package dev.tombolo.hub.cli.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.BundleAsk;
import dev.tombolo.hub.http.api.KitChange;
import dev.tombolo.hub.http.api.KitFile;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitHeader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KitContentsTest {
  private static final long BYTES = 1_000_000;
  private static final String TARGET = hex("2") + ".0";
  private static final String BASE = hex("1") + ".0";
  private static final String RARE = hex("0") + ".0";
  private final Map<String, BundleAnswer> hub = new HashMap<>();

  private static String hex(String of) {
    return Digest.ofText(of).hex();
  }

  private BundleAnswer answer(BundleAsk ask) {
    return hub.getOrDefault(
        ask.base() == null ? "nothing" : ask.base(), new BundleAnswer("missing", null, 0, 0, "no"));
  }

  private void has(String base, long bytes) {
    hub.put(base, new BundleAnswer("made", hex("bundle from " + base), bytes, 0, ""));
  }

  private static KitChange change(List<KitChange.Base> bases, boolean fromNothing) {
    return new KitChange(
        "model@2", TARGET, bases, fromNothing, List.of(hex("model"), hex("words")), BYTES);
  }

  private static KitChange.Base base(String base) {
    return new KitChange.Base("model@1", base);
  }

  private KitContents small(KitChange... changes) {
    List<KitFile> files =
        List.of(
            new KitFile(hex("model"), BYTES - 10),
            new KitFile(hex("words"), 10),
            new KitFile(hex("settings"), 5));
    return KitContents.small(
        new KitMade("kit", 1, 1, "h", "f", "s", "", List.of(), List.of(), files, List.of(changes)),
        this::answer);
  }

  private static List<String> files(KitContents contents) {
    return contents.files().stream().map(KitFile::digest).toList();
  }

  @Test
  void aChangeFromWhatAllRunNeedsNoFiles() {
    has(BASE, 900);

    KitContents contents = small(change(List.of(base(BASE)), false));

    assertThat(contents.bundles())
        .containsExactly(
            new KitHeader.Bundle(
                Digest.ofText("bundle from " + BASE),
                900,
                BYTES,
                Digest.ofText("2"),
                0,
                Digest.ofText("1")));
    assertThat(files(contents)).containsExactly(hex("settings"));
    assertThat(contents.notes()).isEmpty();
  }

  @Test
  void whoRunsNothingGetsAllOfItPacked() {
    has(BASE, 900);
    has("nothing", 700_000);

    KitContents contents = small(change(List.of(base(BASE)), true));

    assertThat(contents.bundles())
        .extracting(KitHeader.Bundle::bytes)
        .containsExactly(900L, 700_000L);
    assertThat(contents.bundles().getLast().base()).isNull();
    assertThat(files(contents)).containsExactly(hex("settings"));
  }

  @Test
  void whatCannotBeMadeComesWholeAndIsSaid() {
    has(BASE, 900);

    KitContents contents = small(change(List.of(base(BASE), base(RARE)), false));

    assertThat(contents.bundles()).hasSize(1);
    assertThat(files(contents)).containsExactly(hex("model"), hex("words"), hex("settings"));
    assertThat(contents.notes()).containsExactly("model@2 from model@1 comes whole: no");
  }

  @Test
  void aFileThatAnotherChangeNeedsStays() {
    has(BASE, 900);
    KitChange other =
        new KitChange("other@1", hex("o") + ".0", List.of(), true, List.of(hex("words")), 10);

    KitContents contents = small(change(List.of(base(BASE)), false), other);

    assertThat(files(contents)).containsExactly(hex("words"), hex("settings"));
  }

  @Test
  void variantsWithTheSameFilesAreNotLeftWithoutThem() {
    has(BASE, 900);
    KitChange other =
        new KitChange(
            "model@2", hex("2") + ".1", List.of(base(BASE)), false, List.of(hex("model")), BYTES);

    KitContents contents = small(change(List.of(base(BASE)), false), other);

    assertThat(contents.bundles()).extracting(KitHeader.Bundle::variant).containsExactly(0);
    assertThat(files(contents)).containsExactly(hex("model"), hex("settings"));
    assertThat(contents.notes())
        .containsExactly(
            "model@2 from model@1 comes whole: the kit has no place for another bundle, or has this"
                + " one for another release");
  }

  @Test
  void whatAllRunAlreadyIsNotBrought() {
    KitContents contents = small(change(List.of(), false));

    assertThat(contents.bundles()).isEmpty();
    assertThat(files(contents)).containsExactly(hex("settings"));
  }
}
