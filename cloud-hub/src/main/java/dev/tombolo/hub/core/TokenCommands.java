package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes and revokes join tokens.
final class TokenCommands {
  /// Join tokens that the hub knows at once, ended ones too; [Pruning] forgets those.
  static final int TOKENS_MAX = 200_000;

  private final HubState state;

  TokenCommands(HubState state) {
    this.state = state;
  }

  /// A token for a slot that somebody has: the new device takes over from that one.
  AdminAnswer replace(AdminCommand.ReplaceDevice command, Principal who, StepDraft draft) {
    Kept<AdminObject.Site> site = state.sites.get(command.slot().site());
    if (site == null || !state.slots.containsKey(command.slot())) {
      return new AdminAnswer.Refused(
          References.notFound("slot", command.slot().toString(), state.slots.keySet()));
    }
    if (replaced(command.slot()) == null) {
      return new AdminAnswer.Refused(
          new Reason.Conflict(
              "slot " + command.slot(),
              "no device has it; make a token for it: tombolo token create --slot "
                  + command.slot()));
    }
    return create(
        new AdminCommand.CreateToken(
            site.content().fleet(),
            Optional.of(command.slot().site()),
            Optional.of(command.slot()),
            1,
            command.life(),
            command.drawn(),
            command.typedName()),
        who,
        draft);
  }

  /// Who must go when another takes the slot: its holder, else the one put out of it last that an
  /// operator could still let back in.
  private @Nullable DeviceId replaced(SlotRef slot) {
    DeviceId holder = state.holders.get(slot);
    if (holder != null) {
      return holder;
    }
    DeviceRecord last = null;
    for (DeviceId id : state.expelled) {
      DeviceRecord device = state.devices.get(id);
      if (device != null
          && device.slot().equals(slot)
          && device.standing() != DeviceRecord.Standing.REVOKED
          && (last == null || device.standingSinceMillis() > last.standingSinceMillis())) {
        last = device;
      }
    }
    return last == null ? null : last.id();
  }

  AdminAnswer create(AdminCommand.CreateToken command, Principal who, StepDraft draft) {
    Reason refusal =
        References.first(
            java.util.Arrays.asList(
                References.place(state, command.fleet(), command.site(), command.slot()),
                bounds(command),
                pin(command.drawn()),
                References.protection(state, command.fleet(), command.typedName())));
    if (refusal != null) {
      return new AdminAnswer.Refused(refusal);
    }
    JoinToken drawn = command.drawn();
    long expiresSeconds = Math.ceilDiv(draft.nowMillis + command.life().toMillis(), 1000L);
    JoinToken token =
        new JoinToken(
            drawn.id(),
            drawn.secret(),
            drawn.rootKey(),
            drawn.publisherRoot(),
            expiresSeconds,
            drawn.endpoints());
    Optional<Name> site = command.slot().map(SlotRef::site).or(command::site);
    DeviceId replaces = command.slot().map(this::replaced).orElse(null);
    draft.change(
        new HubChange.TokenPut(
            new JoinTokenRecord(
                token.id(),
                token.secret().hash(),
                command.fleet(),
                site.orElse(null),
                command.slot().map(SlotRef::slot).orElse(null),
                replaces,
                command.uses(),
                draft.nowMillis,
                who.name(),
                expiresSeconds * 1000,
                null)));
    draft.audit(
        who,
        "token-create",
        "token " + token.id(),
        "",
        AuditJson.of(
            Map.of(
                "fleet",
                command.fleet().text(),
                "place",
                command.slot().map(SlotRef::toString).or(() -> site.map(Name::text)).orElse(""),
                "uses",
                Integer.toString(command.uses()),
                "life",
                command.life().toString(),
                "endpoints",
                String.join(" ", drawn.endpoints()),
                "replaces",
                replaces == null ? "" : replaces.text())));
    return new AdminAnswer.TokenMade(token);
  }

  AdminAnswer revoke(AdminCommand.RevokeToken command, Principal who, StepDraft draft) {
    JoinTokenRecord token = state.tokens.get(command.token());
    if (token == null) {
      return new AdminAnswer.Refused(
          References.notFound("token", command.token(), state.tokens.keySet()));
    }
    if (token.revokedMillis() != null) {
      return new AdminAnswer.Done(List.of("token " + token.id() + " was revoked before"));
    }
    draft.change(new HubChange.TokenPut(token.revoked(draft.nowMillis)));
    draft.audit(who, "token-revoke", "token " + token.id(), "", "");
    return new AdminAnswer.Done(List.of("token " + token.id() + " revoked"));
  }

  private static @Nullable Reason bounds(AdminCommand.CreateToken command) {
    boolean isBound = command.slot().isPresent();
    if (isBound && command.uses() != 1) {
      return invalid("uses", command.uses(), "a token for one slot has 1 use");
    }
    if (command.uses() < 1 || command.uses() > Limits.TOKEN_USES_MAX) {
      return invalid("uses", command.uses(), "use 1-" + Limits.TOKEN_USES_MAX);
    }
    Duration most = isBound ? Limits.TOKEN_SLOT_LIFE_MAX : Limits.TOKEN_LIFE_MAX;
    if (command.life().compareTo(Duration.ofSeconds(1)) < 0 || command.life().compareTo(most) > 0) {
      return invalid(
          "life",
          command.life(),
          "use 1 second to "
              + most.toDays()
              + " days"
              + (isBound ? "" : "; only a token for one slot may live longer"));
    }
    return null;
  }

  /// A device checks releases by the root that its token pins, so it must be the one in force.
  private @Nullable Reason pin(JoinToken drawn) {
    if (state.tokens.size() >= TOKENS_MAX) {
      return new Reason.LimitExceeded("join tokens", TOKENS_MAX, state.tokens.size() + 1L);
    }
    if (state.tokens.containsKey(drawn.id())) {
      return new Reason.Conflict("token " + drawn.id(), "this id is taken; try again");
    }
    if (state.publisherRoots.isEmpty()) {
      return new Reason.Conflict(
          "publisher root", "no publisher is trusted yet; push a publisher root first");
    }
    return state.publisherRoots.getFirst().payload().equals(drawn.publisherRoot())
        ? null
        : new Reason.PinMismatch(
            state.publisherRoots.getFirst().payload().text(), drawn.publisherRoot().text());
  }

  private static Reason invalid(String field, Object value, String fix) {
    return new Reason.InputInvalid(field, value.toString(), fix);
  }
}
