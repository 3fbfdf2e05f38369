package dev.tombolo.hub.net;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.RecoveryCheck;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.TimeSigner;
import dev.tombolo.protocol.id.Digest;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the edge port needs of the rest of the hub.
///
/// @param files a release file by its digest
/// @param sessionIds never the same twice in one process
public record EdgeServices(
    HubInbox inbox,
    EdgeDirectory directory,
    CsrCheck csrCheck,
    RecoveryCheck recovery,
    TimeSigner time,
    Function<Digest, Optional<Path>> files,
    BundleDesk bundles,
    Supplier<SessionId> sessionIds,
    InstantSource clock) {}
