package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParameterCheckTest {
  private static final Name APP = new Name("embedding");

  private final MemoryHubStore store = new MemoryHubStore();
  private final Scene scene = Scene.ready(store);

  @BeforeEach
  void push() {
    push("1.0", port(1024L));
    push(
        "2.0",
        port(1024L),
        new Variant.Parameter("threads", Variant.Parameter.Type.INTEGER, "1", 1L, 64L));
  }

  @Test
  void aValueOfTheWrongTypeIsRefusedWithItsPlace() {
    assign("1.0", Optional.empty(), Optional.empty());

    assertThat(refusal(scene.apply(slot(Map.of("port", "http")))))
        .isEqualTo(
            new Reason.InputInvalid(
                "slot store-117/counter-1 parameters.embedding.port",
                "http",
                "for embedding@1.0 it must be a whole number"));
    assertThat(refusal(scene.apply(slot(Map.of("port", "80")))))
        .isEqualTo(
            new Reason.InputInvalid(
                "slot store-117/counter-1 parameters.embedding.port",
                "80",
                "for embedding@1.0 it must lie between 1024 and any"));
    assertThat(scene.apply(slot(Map.of("port", "9117")))).isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void anUnknownNameIsRefusedWithWhatWasMeant() {
    assign("1.0", Optional.empty(), Optional.empty());

    assertThat(refusal(scene.apply(Scene.fleet(Map.of(APP, Map.of("prot", "9117"))))))
        .isEqualTo(
            new Reason.InputInvalid(
                "fleet production parameters.embedding.prot",
                "9117",
                "embedding@1.0 has no such parameter, did you mean 'port'?"));
  }

  @Test
  void whatNobodySelectedYetIsCheckedWhenItIsSelected() {
    assertThat(scene.apply(slot(Map.of("port", "http")))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(scene.apply(site(Map.of("port", "9000")))).isInstanceOf(AdminAnswer.Done.class);

    Reason wanted =
        new Reason.InputInvalid(
            "slot store-117/counter-1 parameters.embedding.port",
            "http",
            "for embedding@1.0 it must be a whole number");
    assertThat(refusal(assign("1.0", Optional.empty(), Optional.empty()))).isEqualTo(wanted);
    assertThat(refusal(assign("1.0", Optional.of(Scene.SITE), Optional.empty()))).isEqualTo(wanted);
    assertThat(refusal(assign("1.0", Optional.empty(), Optional.of(Scene.SLOT)))).isEqualTo(wanted);
  }

  @Test
  void aSlotWithAReleaseOfItsOwnIsCheckedAgainstThatOne() {
    assign("1.0", Optional.empty(), Optional.empty());
    assign("2.0", Optional.empty(), Optional.of(Scene.SLOT));

    assertThat(scene.apply(slot(Map.of("threads", "4")))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(refusal(scene.apply(site(Map.of("threads", "4")))))
        .isInstanceOf(Reason.InputInvalid.class);
    assertThat(assign("1.0", Optional.of(Scene.SITE), Optional.empty()))
        .isInstanceOf(AdminAnswer.Done.class);
    assertThat(refusal(assign("1.0", Optional.empty(), Optional.of(Scene.SLOT))))
        .isInstanceOf(Reason.InputInvalid.class);
  }

  @Test
  void aValueThatTheSlotOverridesDoesNotMatterThere() {
    scene.apply(site(Map.of("port", "http")), slot(Map.of("port", "9000")));

    assertThat(assign("1.0", Optional.empty(), Optional.of(Scene.SLOT)))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void anApplicationIsCheckedWithTheReleaseItBrings() {
    AdminObject.Application bad = application("1.0", Map.of("threads", "4"));
    AdminObject.Application good = application("2.0", Map.of("threads", "4"));

    assertThat(refusal(scene.apply(bad)))
        .isEqualTo(
            new Reason.InputInvalid(
                "application production/embedding parameters.embedding.threads",
                "4",
                "embedding@1.0 has no such parameter, only port"));
    assertThat(scene.apply(good)).isInstanceOf(AdminAnswer.Done.class);
    assertThat(scene.apply(slot(Map.of("threads", "8")))).isInstanceOf(AdminAnswer.Done.class);
    assertThat(refusal(scene.apply(application("1.0", Map.of()))))
        .isEqualTo(
            new Reason.InputInvalid(
                "slot store-117/counter-1 parameters.embedding.threads",
                "8",
                "embedding@1.0 has no such parameter, only port"));
    assertThat(scene.apply(application("1.0", Map.of()), slot(Map.of())))
        .isInstanceOf(AdminAnswer.Done.class);
  }

  @Test
  void aReleaseWithoutParametersTakesNone() {
    push("3.0");
    assign("3.0", Optional.empty(), Optional.empty());

    assertThat(refusal(scene.apply(Scene.fleet(Map.of(APP, Map.of("port", "9000"))))))
        .isEqualTo(
            new Reason.InputInvalid(
                "fleet production parameters.embedding.port",
                "9000",
                "embedding@3.0 has no such parameter, it takes none"));
  }

  private static Variant.Parameter port(Long min) {
    return new Variant.Parameter("port", Variant.Parameter.Type.INTEGER, "9000", min, null);
  }

  private static AdminObject.Slot slot(Map<String, String> parameters) {
    return new AdminObject.Slot(Scene.SLOT, "", Map.of(), Map.of(APP, parameters));
  }

  private static AdminObject.Site site(Map<String, String> parameters) {
    return new AdminObject.Site(
        Scene.SITE, Scene.FLEET, "", Map.of(), "UTC", "", "", Map.of(APP, parameters));
  }

  private static AdminObject.Application application(
      String version, Map<String, String> parameters) {
    return new AdminObject.Application(
        APP, Scene.FLEET, Optional.of(new ReleaseRef(APP, version)), "", Map.of(), parameters);
  }

  private AdminAnswer assign(String version, Optional<Name> site, Optional<SlotRef> slot) {
    return scene.command(
        new AdminCommand.Assign(
            new ReleaseRef(APP, version), Scene.FLEET, site, slot, Optional.empty()));
  }

  private void push(String version, Variant.Parameter... parameters) {
    ReleaseManifest like = Scene.manifest(APP.text(), version);
    Variant plain = like.variants().getFirst();
    Variant variant =
        new Variant(
            plain.os(),
            plain.architecture(),
            plain.runtimes(),
            plain.files(),
            plain.workload(),
            List.of(parameters));
    ReleaseManifest manifest =
        new ReleaseManifest(
            like.name(), version, like.kind(), "", like.fleets(), 0, List.of(), List.of(variant));
    AdminAnswer answer =
        scene.command(
            new AdminCommand.PushRelease(
                Scene.sign(ReleaseManifest.PAYLOAD_TYPE, Json.write(manifest), Scene.PUBLISHER)));
    assertThat(answer).isInstanceOf(AdminAnswer.ReleaseTaken.class);
  }

  private static Reason refusal(AdminAnswer answer) {
    if (answer instanceof AdminAnswer.Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("not refused: " + answer);
  }
}
