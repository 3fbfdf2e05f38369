package dev.tombolo.hub.http;

import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.ApplyAsk;
import dev.tombolo.hub.http.api.ApproveAsk;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.ObjectBody;
import dev.tombolo.hub.http.api.QuestionAsk;
import dev.tombolo.hub.http.api.ReplaceAsk;
import dev.tombolo.hub.http.api.RevokeAsk;
import dev.tombolo.hub.http.api.TokenAsk;
import dev.tombolo.hub.http.api.UnassignAsk;
import dev.tombolo.hub.http.api.UserAsk;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.reason.ReasonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// The JSON bodies of the admin port. An input's first byte chooses the kind.
public record AdminBodyTarget() implements FuzzTarget {
  private static final List<Class<?>> KINDS =
      List.of(
          ApplyAsk.class,
          AssignAsk.class,
          UnassignAsk.class,
          TokenAsk.class,
          ApproveAsk.class,
          ReplaceAsk.class,
          RevokeAsk.class,
          UserAsk.class,
          QuestionAsk.class);

  @Override
  public String name() {
    return "admin-json";
  }

  @Override
  public long stackBytes() {
    return 1024 * 1024;
  }

  @Override
  public List<byte[]> seeds() {
    return Stream.of(
            "\u0000{\"objects\":[{\"kind\":\"Fleet\",\"name\":\"f\",\"displayName\":\"\",\"labels\":{\"a\":\"b\"},\"guarded\":false,\"parameters\":{\"a\":{\"b\":\"1\"}}},"
                + "{\"kind\":\"Site\",\"name\":\"s\",\"fleet\":\"f\",\"displayName\":\"\",\"labels\":{},\"guarded\":false,\"timeZone\":\"Europe/Berlin\",\"region\":\"\",\"contact\":\"\",\"parameters\":{}},"
                + "{\"kind\":\"DeviceSlot\",\"name\":\"c\",\"site\":\"s\",\"displayName\":\"\",\"labels\":{},\"guarded\":false,\"parameters\":{}},"
                + "{\"kind\":\"Application\",\"name\":\"a\",\"fleet\":\"f\",\"displayName\":\"\",\"labels\":{},\"guarded\":false,\"release\":\"1.0\",\"parameters\":{}}],\"dryRun\":false}",
            "\u0001{\"release\":\"a@1.0\",\"fleet\":\"f\",\"site\":\"s\",\"slot\":\"s/c\",\"confirmed\":\"f\"}",
            "\u0002{\"application\":\"a\",\"fleet\":\"f\"}",
            "\u0003{\"fleet\":\"f\",\"site\":\"s\",\"uses\":5,\"lifeSeconds\":3600}",
            "\u0004{\"device\":\"dev-000000000000000000000000\",\"slot\":\"s/c\"}",
            "\u0005{\"lifeSeconds\":60}",
            "\u0006{\"reason\":\"x\"}",
            "\u0007{\"name\":\"u\"}",
            "\u0008{\"question\":\"why\"}",
            "\u0003{\"uses\":1e3,\"x\":[[[{}]]],\"lifeSeconds\":null}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public String run(byte[] input) {
    if (input.length == 0) {
      return "nothing";
    }
    Class<?> kind = KINDS.get((input[0] & 0xff) % KINDS.size());
    String json = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
    Object read;
    try {
      read = Requests.read(kind, json);
    } catch (RefusedException e) {
      return kind.getSimpleName() + Contract.refused(ReasonText.say(e.reason()));
    }
    Contract.holds(read != null, "a body is an object");
    Contract.same(read, AdminJson.read(kind, AdminJson.write(read)));
    if (read instanceof ApplyAsk apply) {
      for (ObjectBody body : apply.objects()) {
        try {
          Contract.holds(ObjectBodies.read(body) != null, "an object");
        } catch (RefusedException e) {
          return Contract.refused(ReasonText.say(e.reason()));
        }
      }
    }
    return "taken " + kind.getSimpleName();
  }
}
