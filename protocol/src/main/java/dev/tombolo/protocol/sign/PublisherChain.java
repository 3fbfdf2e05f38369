package dev.tombolo.protocol.sign;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Follows the publisher roots from the one that the join token pins to the newest: version 1 by
/// its digest and its own keys, each later one by a threshold of the keys before it *and* of its
/// own.
public final class PublisherChain {
  public static final int ROOT_BYTES_MAX = 16 * 1024;
  public static final int ROOTS_MAX = 64;
  private static final int KEYS_MAX = 16;

  private PublisherChain() {}

  /// What came of following a chain.
  public sealed interface Outcome {}

  /// @param root the newest
  /// @param digest SHA-256 of the newest root's payload bytes
  public record Trusted(PublisherRoot root, Digest digest) implements Outcome {}

  public record Refused(Reason.SignatureRefused reason) implements Outcome {}

  /// @param pinned SHA-256 of version 1's payload bytes
  /// @param chain versions 1, 2, ... without gaps
  public static Outcome verify(Digest pinned, List<Envelope> chain) {
    if (chain.isEmpty() || chain.size() > ROOTS_MAX) {
      return refused(1, "the chain has " + chain.size() + " roots; it needs 1-" + ROOTS_MAX);
    }
    @Nullable Trusted before = null;
    for (int i = 0; i < chain.size(); i++) {
      Outcome next = link(pinned, before, chain.get(i), i + 1);
      switch (next) {
        case Trusted trusted -> before = trusted;
        case Refused refused -> {
          return refused;
        }
      }
    }
    if (before == null) {
      throw new IllegalStateException("a chain of at least one root ends trusted or refused");
    }
    return before;
  }

  /// The keys of a root by key id.
  ///
  /// @throws MalformedException for keys that are not Ed25519, or whose id is not their own hash
  ///   (else one key under two ids could meet a threshold of two)
  public static Map<String, PublicKey> keys(PublisherRoot root) throws MalformedException {
    if (root.keys().isEmpty() || root.keys().size() > KEYS_MAX) {
      throw new MalformedException("publisher root", "has no keys, or more than " + KEYS_MAX);
    }
    Map<String, PublicKey> keys = new HashMap<>();
    for (PublisherRoot.Key key : root.keys()) {
      PublicKey read = Ed25519Keys.readPublicDer(Dsse.base64("public key", key.publicKey(), 256));
      if (!key.algorithm().equals("ed25519") || !key.keyid().equals(Ed25519Keys.keyid(read))) {
        throw new MalformedException(
            "publisher root",
            "the key '" + Quoted.of(key.name()) + "' does not fit its id or algorithm");
      }
      if (keys.put(key.keyid(), read) != null) {
        throw new MalformedException(
            "publisher root", "has the key '" + Quoted.of(key.name()) + "' twice");
      }
    }
    if (root.threshold() < 1 || root.threshold() > keys.size()) {
      throw new MalformedException(
          "publisher root",
          "its threshold is " + root.threshold() + " of " + keys.size() + " keys");
    }
    return keys;
  }

  private static Outcome link(
      Digest pinned, @Nullable Trusted before, Envelope envelope, int version) {
    try {
      // Its own keys can only be known by reading it first; nothing of it is used before the
      // signatures hold.
      byte[] payload = Dsse.base64("publisher root", envelope.payload(), ROOT_BYTES_MAX);
      PublisherRoot root = Json.read(PublisherRoot.class, payload, ROOT_BYTES_MAX);
      if (root.version() != version) {
        return refused(version, "version " + root.version() + " stands in its place");
      }
      if (before == null && !Digest.of(payload).equals(pinned)) {
        return refused(version, "it is not the one the join token pins");
      }
      if (signed(envelope, root) instanceof Dsse.Refused(var reason)) {
        return refused(version, "by its own keys: " + reason.detail());
      }
      if (before != null && signed(envelope, before.root()) instanceof Dsse.Refused(var reason)) {
        return refused(version, "by the keys before it: " + reason.detail());
      }
      return new Trusted(root, Digest.of(payload));
    } catch (MalformedException e) {
      return refused(version, e.getMessage());
    }
  }

  private static Dsse.Outcome signed(Envelope envelope, PublisherRoot by)
      throws MalformedException {
    return Dsse.verify(
        envelope, PublisherRoot.PAYLOAD_TYPE, ROOT_BYTES_MAX, by.threshold(), keys(by));
  }

  private static Refused refused(int version, String detail) {
    return new Refused(
        new Reason.SignatureRefused("publisher root version " + version + ": " + detail));
  }
}
