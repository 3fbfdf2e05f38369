package dev.tombolo.hub.x509;

import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;

/// The roots that the present one has replaced and that still count: devices that were dark during
/// a rotation, or two, know only one of these. In one file, `retired.pem`, so that it is there
/// whole or not at all: first the cross-signed certificates, then the roots, then their keys, which
/// sign nothing any more but revocation lists for brokers.
///
/// @param crossed with the present root N: N signed by N-1, N-1 signed by N-2, ...
/// @param roots N-1, N-2, ... as they signed themselves
/// @param keys of `roots`, in the same order
record RetiredRoots(
    X509Certificate present,
    List<X509Certificate> crossed,
    List<X509Certificate> roots,
    List<PrivateKey> keys) {
  private static final String FILE = "retired.pem";

  /// Leaf, cross-signed roots, and the oldest root: what devices take as a chain.
  private static final int CROSSED_MAX = SpkiPin.CHAIN_MAX - 2;

  RetiredRoots {
    crossed = List.copyOf(crossed);
    roots = List.copyOf(roots);
    keys = List.copyOf(keys);
  }

  static RetiredRoots read(KeyFiles files, X509Certificate present)
      throws IOException, GeneralSecurityException {
    Optional<String> text = files.read(FILE);
    if (text.isEmpty()) {
      return new RetiredRoots(present, List.of(), List.of(), List.of());
    }
    int keysFrom = Math.max(0, text.get().indexOf("-----BEGIN PRIVATE KEY-----"));
    List<X509Certificate> certificates = Pem.readCertificates(text.get().substring(0, keysFrom));
    List<PrivateKey> keys = Pem.readPrivateKeys("EC", text.get());
    int count = keys.size();
    if (certificates.size() != 2 * count) {
      throw new IllegalArgumentException(
          FILE + " has " + certificates.size() + " certificates for " + count + " keys");
    }
    // Cut off before the new root stood, a rotation has not happened.
    boolean isAhead =
        count > 0 && !certificates.getFirst().getPublicKey().equals(present.getPublicKey());
    int from = isAhead ? 1 : 0;
    return new RetiredRoots(
        present,
        certificates.subList(from, count),
        certificates.subList(count + from, 2 * count),
        keys.subList(from, count));
  }

  /// With the present root among the retired ones, and without those that have been out of service
  /// for longer than the budget.
  RetiredRoots add(
      X509Certificate root, PrivateKey key, X509Certificate next, Instant now, Duration budget)
      throws IOException {
    List<X509Certificate> keptCrossed = new ArrayList<>(List.of(next));
    List<X509Certificate> keptRoots = new ArrayList<>(List.of(root));
    List<PrivateKey> keptKeys = new ArrayList<>(List.of(key));
    for (int i = 0; i < crossed.size(); i++) {
      Instant retired = crossed.get(i).getNotBefore().toInstant();
      if (retired.plus(budget).isAfter(now)) {
        keptCrossed.add(crossed.get(i));
        keptRoots.add(roots.get(i));
        keptKeys.add(keys.get(i));
      }
    }
    if (keptCrossed.size() > CROSSED_MAX) {
      throw new IOException(
          "the last "
              + (keptCrossed.size() - 1)
              + " rotations are all within the offline budget of "
              + budget.toDays()
              + " days; devices take no longer chain. Rotate again when the oldest of them is older");
    }
    return new RetiredRoots(next, keptCrossed, keptRoots, keptKeys);
  }

  void write(KeyFiles files) throws IOException {
    files.write(FILE, Pem.certificates(crossed) + Pem.certificates(roots) + Pem.privateKeys(keys));
  }

  boolean isEmpty() {
    return crossed.isEmpty();
  }

  /// What follows a leaf that the present root has signed: each certificate is signed by the next,
  /// the last by itself.
  List<X509Certificate> chain() {
    return crossed.isEmpty()
        ? List.of(present)
        : Stream.concat(crossed.stream(), Stream.of(roots.getLast())).toList();
  }

  /// Who may have signed certificates that are still in use, newest first.
  List<RevocationList.Signer> issuersWith(X500Name name, PrivateKey key) {
    List<RevocationList.Signer> signers = new ArrayList<>();
    signers.add(new RevocationList.Signer(name, key));
    for (int i = 0; i < roots.size(); i++) {
      signers.add(
          new RevocationList.Signer(
              X500Name.getInstance(roots.get(i).getSubjectX500Principal().getEncoded()),
              keys.get(i)));
    }
    return signers;
  }
}
