package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Codes one segment in several ways, keeps the smallest, and decodes it once to be sure. For one
/// thread.
final class SegmentCoder implements AutoCloseable {
  /// How much of what stands before, and of the base, new bytes may refer to: what zstd's level 3
  /// looks back.
  private static final int PREFIX = 2 << 20;

  /// zstd ignores shorter ones.
  private static final int PREFIX_MIN = 8;

  /// What is so much less than a quick try of another way will be less than a thorough one, too.
  private static final double SURELY_LESS = 0.9;

  /// So few new bytes, as names between tensors, are not worth reading a long prefix thoroughly.
  private static final int FEW = 8 << 10;

  private static final int SHORT = 256 << 10;
  private static final int LEVEL_OF_FEW = 9;

  private static final int SAMPLE = 64 << 10;
  private static final int QUICK = 3;
  private static final byte[] NOTHING = {};

  /// What zstd takes for the begin of a dictionary of its own kind.
  private static final byte[] DICTIONARY = {0x37, (byte) 0xA4, 0x30, (byte) 0xEC};

  private final List<Tree.Entry> base;
  private final TreeBytes target;
  private final int level;
  private final PieceCoder coder = new PieceCoder();
  private final ZstdPacker zstd = new ZstdPacker();
  private final ZstdUnpacking unpacking = new ZstdUnpacking();
  private final Guessing guessing;

  /// @param level of zstd for new bytes
  SegmentCoder(List<Tree.Entry> base, TreeBytes target, int level) {
    this.base = base;
    this.target = target;
    this.level = level;
    guessing = new Guessing(base);
  }

  /// @param alike what of it resembles the base though no format says so
  CodedSegment code(Draft draft, List<Run> alike) {
    byte[] plain = target.read(draft.at(), draft.length());
    Work work = new Work(draft, plain);
    CodedSegment best;
    if (alike.isEmpty()) {
      best = best(work, level);
    } else {
      Work typed = new Work(guessing.typed(draft, alike, plain), plain);
      CodedSegment guessed = typed.coded(typed.against(), level);
      CodedSegment quick = best(work, QUICK);
      boolean isSurelyLess = guessed.bytes().length < SURELY_LESS * quick.bytes().length;
      best = least(guessed, isSurelyLess ? quick : best(work, level));
    }
    check(best, work);
    return best;
  }

  private CodedSegment best(Work work, int zstdLevel) {
    // What is cut the same way comes out the same: it is not coded again.
    Set<List<Piece>> tried = new HashSet<>();
    tried.add(work.against());
    CodedSegment best = work.coded(work.against(), zstdLevel);
    if (worse(best, work, 0.5)) {
      List<Piece> allNew = work.pieces(SegmentCoder::whenNew);
      best = tried.add(allNew) ? least(best, work.coded(allNew, zstdLevel)) : best;
    }
    // Weights that repeat what stands before, or are all the same, are no weights to zstd.
    if (work.isTyped() && work.packedBytes() < best.bytes().length) {
      List<Piece> bytes = work.pieces(SegmentCoder::asBytes);
      best = tried.add(bytes) ? least(best, work.coded(bytes, zstdLevel)) : best;
    }
    return best;
  }

  private static PieceKind asBytes(Run run) {
    return run.equal() ? PieceKind.COPY : PieceKind.BYTES;
  }

  private static boolean worse(CodedSegment coded, Work work, double share) {
    return coded.bytes().length > share * work.changedBytes();
  }

  private static CodedSegment least(CodedSegment a, CodedSegment b) {
    return b.bytes().length < a.bytes().length ? b : a;
  }

  private static PieceKind whenNew(Run run) {
    return run.equal()
        ? PieceKind.COPY
        : run.type() == null || run.length() % run.type().whenNew().width() != 0
            ? PieceKind.BYTES
            : run.type().whenNew();
  }

  /// A bundle that its own program cannot read must not leave the house.
  private void check(CodedSegment coded, Work work) {
    Segment segment = coded.segment();
    byte[] bases = work.bases(segment.pieces());
    byte[] decoded = new byte[segment.length()];
    byte[] prefix = prefixBytes(segment.prefix(), work.draft.at());
    try {
      new SegmentDecoder(unpacking, segment.length())
          .decode(segment, coded.bytes(), bases, prefix, decoded, 0);
    } catch (BundleException e) {
      throw new IllegalStateException("a segment cannot be decoded: " + e.getMessage(), e);
    }
    if (!Arrays.equals(decoded, work.plain)) {
      throw new IllegalStateException(
          "a segment does not decode to what it was; were the files changed meanwhile?");
    }
  }

  private byte[] prefixBytes(Prefix prefix, long at) {
    return switch (prefix) {
      case Prefix.None() -> NOTHING;
      case Prefix.Before(int length) -> target.read(at - length, length);
      case Prefix.OfBase(int file, long offset, int length) -> {
        byte[] bytes = new byte[length];
        TreeBytes.copy(base.get(file), offset, bytes, 0, length);
        yield bytes;
      }
    };
  }

  @Override
  public void close() {
    coder.close();
    zstd.close();
    unpacking.close();
  }

  /// A segment at work.
  private final class Work {
    private final Draft draft;
    private final byte[] plain;
    private final Digest digest;
    private @Nullable List<Piece> against;

    Work(Draft draft, byte[] plain) {
      this.draft = draft;
      this.plain = plain;
      digest = Digest.of(plain);
    }

    long changedBytes() {
      return draft.runs().stream().filter(run -> !run.equal()).mapToLong(Run::length).sum();
    }

    boolean isTyped() {
      return draft.runs().stream().anyMatch(run -> !run.equal() && run.type() != null);
    }

    /// What zstd makes of the new bytes by a quick try, knowing what stands before them.
    int packedBytes() {
      ByteSink changed = new ByteSink();
      for (Run run : draft.runs()) {
        if (!run.equal()) {
          changed.bytes(plain, (int) (run.at() - draft.at()), (int) run.length());
        }
      }
      int before = (int) Math.min(draft.at(), PREFIX);
      byte[] prefix =
          before < PREFIX_MIN ? NOTHING : prefixBytes(new Prefix.Before(before), draft.at());
      byte[] bytes = changed.toBytes();
      return zstd.pack(bytes, 0, bytes.length, QUICK, isDictionary(prefix) ? NOTHING : prefix)
          .length;
    }

    /// Differences from the base, where there is one.
    List<Piece> against() {
      List<Piece> known = against;
      if (known == null) {
        known = pieces(this::against);
        against = known;
      }
      return known;
    }

    private PieceKind against(Run run) {
      if (run.equal() || run.type() == null || !run.hasBase()) {
        return whenNew(run);
      }
      return difference(run, run.type());
    }

    /// The kind of difference whose bytes are the most alike, by a sample of them.
    private PieceKind difference(Run run, ElementType type) {
      int length = (int) Math.min(run.length(), SAMPLE) & -8;
      int begin = (int) (run.at() - draft.at());
      int from = (int) ((run.length() - length) / 2) & -8;
      byte[] sample = Arrays.copyOfRange(plain, begin + from, begin + from + length);
      PieceKind best = whenNew(run);
      long least = Long.MAX_VALUE;
      for (PieceKind kind : type.differences()) {
        if (run.length() % kind.width() != 0) {
          continue;
        }
        long there = run.baseOffset() + kind.cast().baseLength(from);
        byte[] older = new byte[length];
        TreeBytes.copy(
            base.get(run.baseFile()), new Piece(kind, length, run.baseFile(), there), older, 0);
        long bytes =
            length == 0 ? 0 : coder.code(kind, sample, older, length, NOTHING, QUICK).length;
        if (bytes < least) {
          least = bytes;
          best = kind;
        }
      }
      return best;
    }

    List<Piece> pieces(Function<Run, PieceKind> kindOf) {
      List<Piece> pieces = new ArrayList<>();
      for (Run run : draft.runs()) {
        PieceKind kind = kindOf.apply(run);
        append(
            pieces,
            kind.usesBase()
                ? new Piece(kind, (int) run.length(), run.baseFile(), run.baseOffset())
                : Piece.withoutBase(kind, (int) run.length()));
      }
      return List.copyOf(pieces);
    }

    CodedSegment coded(List<Piece> pieces, int zstdLevel) {
      byte[] bases = bases(pieces);
      Map<PieceKind, ByteSink> news = gathered(pieces, plain);
      Map<PieceKind, ByteSink> olds = gathered(pieces, bases);
      Prefix prefix = Prefix.NONE;
      ByteSink out = new ByteSink();
      for (Map.Entry<PieceKind, ByteSink> entry : news.entrySet()) {
        PieceKind kind = entry.getKey();
        byte[] bytes = entry.getValue().toBytes();
        byte[] older = Objects.requireNonNull(olds.get(kind)).toBytes();
        if (kind == PieceKind.BYTES) {
          prefix = bestPrefix(bytes);
        }
        byte[] before = kind == PieceKind.BYTES ? prefixBytes(prefix, draft.at()) : NOTHING;
        boolean isCheap = bytes.length >= FEW || before.length <= SHORT;
        int used = isCheap ? zstdLevel : Math.min(zstdLevel, LEVEL_OF_FEW);
        out.bytes(coder.code(kind, bytes, older, bytes.length, before, used));
      }
      Segment segment = new Segment(plain.length, out.length(), prefix, pieces, digest);
      return new CodedSegment(segment, out.toBytes());
    }

    private void append(List<Piece> pieces, Piece piece) {
      if (!pieces.isEmpty()) {
        Piece last = pieces.getLast();
        boolean goesOn =
            last.kind() == piece.kind()
                && (!piece.kind().usesBase()
                    || last.baseFile() == piece.baseFile()
                        && last.baseOffset() + last.baseLength() == piece.baseOffset());
        if (goesOn) {
          pieces.set(
              pieces.size() - 1,
              new Piece(
                  last.kind(), last.length() + piece.length(), last.baseFile(), last.baseOffset()));
          return;
        }
      }
      pieces.add(piece);
    }

    /// All bytes of each kind, in the order of the kinds' codes.
    private Map<PieceKind, ByteSink> gathered(List<Piece> pieces, byte[] from) {
      Map<PieceKind, ByteSink> gathered = new EnumMap<>(PieceKind.class);
      int at = 0;
      for (Piece piece : pieces) {
        if (piece.kind() != PieceKind.COPY) {
          gathered
              .computeIfAbsent(piece.kind(), _ -> new ByteSink())
              .bytes(from, at, piece.length());
        }
        at += piece.length();
      }
      return gathered;
    }

    byte[] bases(List<Piece> pieces) {
      byte[] bases = new byte[plain.length];
      int at = 0;
      for (Piece piece : pieces) {
        if (piece.kind().usesBase()) {
          TreeBytes.copy(base.get(piece.baseFile()), piece, bases, at);
        }
        at += piece.length();
      }
      return bases;
    }

    private Prefix bestPrefix(byte[] bytes) {
      List<Prefix> prefixes = new ArrayList<>();
      prefixes.add(Prefix.NONE);
      int before = (int) Math.min(draft.at(), PREFIX);
      if (before >= PREFIX_MIN) {
        prefixes.add(new Prefix.Before(before));
      }
      Prefix ofBase = aroundBase();
      if (ofBase != null) {
        prefixes.add(ofBase);
      }
      Prefix best = Prefix.NONE;
      int least = Integer.MAX_VALUE;
      for (Prefix prefix : prefixes) {
        byte[] prefixed = prefixBytes(prefix, draft.at());
        if (isDictionary(prefixed)) {
          continue;
        }
        int packed = zstd.pack(bytes, 0, bytes.length, QUICK, prefixed).length;
        if (packed < least) {
          least = packed;
          best = prefix;
        }
      }
      return best;
    }

    private static boolean isDictionary(byte[] prefix) {
      return prefix.length >= 4 && Arrays.equals(prefix, 0, 4, DICTIONARY, 0, 4);
    }

    /// The stretch of the base around what the segment's runs stand for, in the file that most of
    /// the new bytes belong to.
    private @Nullable Prefix aroundBase() {
      Map<Integer, Long> changed = new TreeMap<>();
      for (Run run : draft.runs()) {
        if (run.hasBase()) {
          changed.merge(run.baseFile(), run.equal() ? 0 : run.length(), Long::sum);
        }
      }
      int file =
          changed.entrySet().stream()
              .max(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey)
              .orElse(Run.NO_BASE);
      long from = Long.MAX_VALUE;
      long to = 0;
      for (Run run : draft.runs()) {
        if (run.hasBase() && file == run.baseFile()) {
          from = Math.min(from, run.baseOffset());
          to = Math.max(to, run.baseOffset() + run.length());
        }
      }
      if (file == Run.NO_BASE) {
        return null;
      }
      long size = base.get(file).size();
      long middle = Math.min(to, from + PREFIX) / 2 + from / 2;
      long begin = Math.max(0, Math.min(middle - PREFIX / 2, size - PREFIX));
      int length = (int) Math.min(PREFIX, size - begin);
      return length < PREFIX_MIN || length > BundleFormat.PREFIX_BYTES_MAX
          ? null
          : new Prefix.OfBase(file, begin, length);
    }
  }
}
