package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.DesiredManifest.SectionRef;
import dev.tombolo.protocol.id.Digest;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How far the desired document is on its way over one line. One update at a time, always the
/// newest.
///
/// ```
/// AwaitingBirth --birth--> Settled --document differs--> Signing --signed--> InFlight
///       |                    ^                                                   |
///       +-subscribed-> Listening --a second without a birth--> Signing           |
///                            ^                                                   |
///                            +-------- taken, or reported as in force -----------+
///                            |                                                   |
///                            +--reported as in force-- Unconfirmed <----sent-----+
/// ```
///
/// From Unconfirmed it goes to Signing again when the document differs, or when too long nothing
/// has been heard.
public sealed interface Delivery {

  /// The device has not said yet what it holds.
  record AwaitingBirth() implements Delivery {}

  /// It listens, and has not said in this session what it holds. A device made of one-shot tools
  /// says its birth on one line and listens on the next.
  record Listening(long sinceMillis) implements Delivery {}

  /// Nothing is under way.
  record Settled(Held held) implements Delivery {}

  /// @param sinceMillis when the signature was asked for
  record Signing(Held held, long revision, long sinceMillis) implements Delivery {}

  record InFlight(Held held, Digest manifest, List<SectionRef> sections) implements Delivery {}

  /// It went out, and nobody tells whether the device took it: by an external broker, or to a
  /// client that listens with QoS 0. What the device reports will tell.
  ///
  /// @param held before
  record Unconfirmed(Held held, Digest manifest, List<SectionRef> sections, long sinceMillis)
      implements Delivery {}

  /// What the device holds.
  ///
  /// @param manifest null before its first
  /// @param knowsDocumentKey false when the document key's certificate must be sent along
  record Held(@Nullable Digest manifest, Set<Digest> sections, boolean knowsDocumentKey) {
    public Held {
      sections = Set.copyOf(sections);
    }
  }
}
