package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.PieceKind;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.PrefixBytes;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.bundle.SegmentRows;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
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

  /// A prefix makes so much less of the new bytes, or is none.
  private static final double OF_USE = 0.999;

  /// zstd ignores shorter ones.
  private static final int PREFIX_MIN = 8;

  /// What is so much less than a quick try of another way will be less than a thorough one, too.
  private static final double SURELY_LESS = 0.9;

  /// What a quick try tells of two ways to cut.
  private static final double AS_GOOD = 0.97;

  /// So few new bytes, as names between tensors, are not worth reading a long prefix thoroughly.
  private static final int FEW = 8 << 10;

  private static final int SHORT = 256 << 10;

  /// Parts of a segment have the same long prefix, each.
  private static final int MANY = 64 << 10;

  private static final int LEVEL_OF_FEW = 9;

  /// Less than this no way without the base can take.
  private static final int FEW_AT_ALL = 64;

  /// Where more is cut, a segment becomes several: what is coded together should be alike.
  private static final int PIECES_OF_PART = BundleFormat.PIECES_MAX / 2;

  /// Cut into more segments than this it would cost more than it saves.
  private static final int PIECES_TRIED_MAX = 20 * PIECES_OF_PART;

  /// What is equal in less than one of so many bytes saves hardly anything.
  private static final int MUCH = 8;

  /// So many of the bytes of a run that are not the base's are zero where weights were pruned.
  private static final double MOSTLY = 0.95;

  private static final int STRINGS_OF_PART = 1 << 20;
  private static final int STRINGS_OF_SAMPLE = 128 << 10;
  private static final int AROUND = 64 << 10;

  /// Tries strings of four bytes; 19 takes longer for more.
  private static final int LEVEL_OF_STRINGS = 16;

  /// zstd has overheads.
  private static final int ROW_PACKED_MIN = 64;

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
  /// @param room in the table
  /// @return one segment; several where so much is cut that one cannot have all the pieces
  List<CodedSegment> code(Draft draft, List<Run> alike, int room) {
    Work work = new Work(draft, target.read(draft.at(), draft.length()), room);
    return coded(work, alike, cuts(work));
  }

  private List<CodedSegment> coded(Work work, List<Run> alike, List<Integer> cuts) {
    if (!work.isThinnedOut() || !areLessAsStrings(work.middle(), alike, cuts)) {
      return compared(work, alike, cuts);
    }
    List<CodedSegment> strings = strings(work);
    if (total(strings) < SURELY_LESS * quick(work, alike, cuts)) {
      return strings;
    }
    List<CodedSegment> compared = compared(work, alike, cuts);
    return total(strings) < total(compared) ? strings : compared;
  }

  /// What a part of a segment tells: strings take the most time of all ways.
  private boolean areLessAsStrings(Work part, List<Run> alike, List<Integer> cuts) {
    int quick = quick(part, new AlikeRuns(alike).in(part.draft), cuts);
    return total(strings(part)) < SURELY_LESS * quick;
  }

  /// What quick tries of all other ways come to, of those that are guessed, too.
  private int quick(Work work, List<Run> alike, List<Integer> cuts) {
    int least = best(work, cuts, QUICK).total();
    for (Work typed : alike.isEmpty() ? List.<Work>of() : work.typed(alike)) {
      int total = typed.coded(typed.against(cuts(typed).getFirst()), QUICK).total();
      least = Math.min(least, total);
    }
    return least;
  }

  /// As new bytes that refer to the base's in their place, which are so near that zstd reaches
  /// them.
  private List<CodedSegment> strings(Work work) {
    List<CodedSegment> strings = new ArrayList<>();
    for (Work part : work.parts()) {
      List<Piece> pieces = part.pieces(SegmentCoder::asBytes, Cuts.COARSE);
      strings.addAll(checked(part.coded(pieces, LEVEL_OF_STRINGS, part::inPlace), part));
    }
    return strings;
  }

  private static long total(List<CodedSegment> coded) {
    return coded.stream().mapToLong(CodedSegment::total).sum();
  }

  private List<CodedSegment> compared(Work work, List<Run> alike, List<Integer> cuts) {
    if (alike.isEmpty()) {
      return untyped(work, alike, cuts);
    }
    int quick = best(work, cuts, QUICK).total();
    @Nullable CodedSegment guessed = null;
    for (Work typed : work.typed(alike)) {
      List<Piece> pieces = typed.against(cuts(typed).getFirst());
      if (typed.mayBeLess(pieces, quick)) {
        CodedSegment coded = typed.coded(pieces, level);
        if (typed.fits(coded) && isOne(coded.segment().pieces().size())) {
          guessed = guessed == null ? coded : least(guessed, coded);
        }
      }
    }
    if (guessed != null && guessed.total() < SURELY_LESS * quick) {
      return checked(guessed, work);
    }
    List<CodedSegment> untyped = untyped(work, alike, cuts);
    return guessed != null && guessed.total() <= total(untyped) ? checked(guessed, work) : untyped;
  }

  private List<CodedSegment> untyped(Work work, List<Run> alike, List<Integer> cuts) {
    if (isOne(work.runs(cuts.getFirst()).size())) {
      List<Integer> possible = new ArrayList<>(cuts);
      possible.removeIf(cut -> !isOne(work.runs(cut).size()));
      return checked(best(work, possible, level), work);
    }
    List<CodedSegment> parts = new ArrayList<>();
    for (Work part : work.parts(cuts.getFirst())) {
      parts.addAll(coded(part, new AlikeRuns(alike).in(part.draft), cuts));
    }
    return parts;
  }

  private static boolean isOne(int pieces) {
    return pieces <= BundleFormat.PIECES_MAX;
  }

  private List<CodedSegment> checked(CodedSegment coded, Work work) {
    check(coded, work);
    return List.of(coded);
  }

  /// Where to cut, what is best by a quick try first, and what may be better by a thorough one.
  private List<Integer> cuts(Work work) {
    if (!work.isLoose()) {
      return List.of(Cuts.FINE);
    }
    List<TriedCut> tries = new ArrayList<>();
    Set<List<Piece>> tried = new HashSet<>();
    for (int cut : Cuts.ALL) {
      if (cut < Cuts.COARSE && !work.isCutWell(cut)) {
        continue;
      }
      List<Piece> pieces = work.pieces(SegmentCoder::asBytes, cut);
      if (pieces.size() <= PIECES_TRIED_MAX && tried.add(pieces)) {
        CodedSegment coded = work.coded(pieces, QUICK);
        if (work.fits(coded)) {
          tries.add(new TriedCut(cut, coded.total()));
        }
      }
    }
    tries.sort(Comparator.comparingInt(TriedCut::total));
    if (tries.isEmpty()) {
      return List.of(Cuts.ALL.getLast());
    }
    double most = tries.getFirst().total() / AS_GOOD;
    return tries.stream().filter(it -> it.total() <= most).map(TriedCut::cut).toList();
  }

  private record TriedCut(int cut, int total) {}

  private CodedSegment best(Work work, List<Integer> cuts, int zstdLevel) {
    // What is cut the same way comes out the same: it is not coded again.
    Set<List<Piece>> tried = new HashSet<>();
    @Nullable CodedSegment best = null;
    // The finest first; the others have to be better by more than the table is guessed wrong.
    for (int cut : cuts.stream().sorted().toList()) {
      CodedSegment coded = best(work, cut, zstdLevel, tried);
      boolean isLess =
          best == null || coded != null && coded.total() + ROW_PACKED_MIN < best.total();
      best = isLess ? coded : best;
    }
    CodedSegment found = Objects.requireNonNull(best);
    List<Piece> allNew = work.allNew();
    if (!work.fits(found)) {
      return work.coded(allNew, zstdLevel);
    }
    boolean mayWin = found.total() > FEW_AT_ALL && work.packedBytes(true) < found.total();
    return mayWin && tried.add(allNew) ? least(found, work.coded(allNew, zstdLevel)) : found;
  }

  /// Null when nothing is coded that has not been.
  private @Nullable CodedSegment best(Work work, int cut, int zstdLevel, Set<List<Piece>> tried) {
    List<Piece> against = work.against(cut);
    if (!tried.add(against)) {
      return null;
    }
    CodedSegment best = work.coded(against, zstdLevel);
    if (worse(best, work, 0.5)) {
      List<Piece> allNew = work.pieces(SegmentCoder::whenNew, cut);
      best = tried.add(allNew) ? least(best, work.coded(allNew, zstdLevel)) : best;
    }
    // Weights that repeat what stands before, or are all the same, are no weights to zstd.
    if (work.isTyped() && work.packedBytes(false) < best.bytes().length) {
      List<Piece> bytes = work.pieces(SegmentCoder::asBytes, cut);
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
    return b.total() < a.total() ? b : a;
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
    PrefixBytes<RuntimeException> prefix = () -> prefixBytes(segment.prefix(), work.draft.at());
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

  /// What the table has room for is rows that are not packed yet.
  private static int rowLength(Segment segment) {
    return row(segment).length();
  }

  private int rowBytes(Segment segment) {
    byte[] row = row(segment).toBytes();
    int length = row.length - segment.digest().bytes().length;
    return length < ROW_PACKED_MIN
        ? length
        : Math.min(length, zstd.pack(row, 0, length, LEVEL_OF_FEW).length);
  }

  private static SegmentRows row(Segment segment) {
    SegmentRows rows = new SegmentRows(List.of());
    rows.add(segment);
    return rows;
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
    private final int room;
    private final boolean isPart;
    private final Map<Integer, List<Run>> cut = new HashMap<>();
    private final Map<Integer, List<Piece>> against = new HashMap<>();
    private int packedChanged = -1;
    private int packedWhole = -1;

    Work(Draft draft, byte[] plain, int room) {
      this(draft, plain, room, false);
    }

    private Work(Draft draft, byte[] plain, int room, boolean isPart) {
      this.isPart = isPart;
      this.draft = draft;
      this.plain = plain;
      this.room = room;
      digest = Digest.of(plain);
    }

    /// With these runs in the place of what it says there, by each guess of what they are.
    List<Work> typed(List<Run> alike) {
      return guessing.typed(draft, alike, plain).stream()
          .map(typed -> new Work(typed, plain, room, isPart))
          .toList();
    }

    /// The segment in several, each with no more pieces than one should have.
    List<Work> parts(int equalMin) {
      List<Work> parts = new ArrayList<>();
      List<Run> runs = runs(equalMin);
      for (int i = 0; i < runs.size(); i += PIECES_OF_PART) {
        int next = i + PIECES_OF_PART;
        int from = (int) (runs.get(i).at() - draft.at());
        int to = next < runs.size() ? (int) (runs.get(next).at() - draft.at()) : plain.length;
        // All of them together have room.
        parts.add(
            new Work(
                draft.part(from, to),
                Arrays.copyOfRange(plain, from, to),
                Integer.MAX_VALUE,
                true));
      }
      return parts;
    }

    /// Whether its longest run has the base's bytes and, where it has others, hardly more than
    /// zeros, as weights that were pruned have. Differences see a new number in each zero, and
    /// quick tries no string of four bytes.
    boolean isThinnedOut() {
      Run run = longest();
      if (run.equal() || !run.hasBase() || run.length() < SAMPLE || isCast(run)) {
        return false;
      }
      int from = (int) (run.length() - SAMPLE) / 2 & -8;
      byte[] older = new byte[SAMPLE];
      TreeBytes.copy(base.get(run.baseFile()), run.baseOffset() + from, older, 0, SAMPLE);
      int begin = (int) (run.at() - draft.at()) + from;
      byte[] sample = Arrays.copyOfRange(plain, begin, begin + SAMPLE);
      return areZeroed(sample, older);
    }

    private static boolean isCast(Run run) {
      return run.type() != null && run.type().baseLength(SAMPLE) != SAMPLE;
    }

    /// That most bytes are the base's says nothing of the others: so it is in packed weights that
    /// moved, too, where differences take less than any string does.
    private static boolean areZeroed(byte[] sample, byte[] older) {
      int zeroed = 0;
      int changed = 0;
      for (int i = 0; i < sample.length; i++) {
        changed += sample[i] == older[i] ? 0 : 1;
        zeroed += sample[i] == older[i] || sample[i] != 0 ? 0 : 1;
      }
      return zeroed > 0 && zeroed >= MOSTLY * changed;
    }

    /// The middle of its longest run.
    Work middle() {
      Run run = longest();
      int length = (int) Math.min(run.length(), STRINGS_OF_SAMPLE);
      int from = (int) (run.at() - draft.at() + (run.length() - length) / 2 / 8 * 8);
      byte[] bytes = Arrays.copyOfRange(plain, from, from + length);
      return new Work(draft.part(from, from + length), bytes, Integer.MAX_VALUE, true);
    }

    /// The segment in several, none of them long.
    List<Work> parts() {
      List<Work> parts = new ArrayList<>();
      for (int from = 0; from < plain.length; from += STRINGS_OF_PART) {
        int to = Math.min(plain.length, from + STRINGS_OF_PART);
        byte[] bytes = Arrays.copyOfRange(plain, from, to);
        parts.add(new Work(draft.part(from, to), bytes, Integer.MAX_VALUE, true));
      }
      return parts;
    }

    /// Whether its row has room in the table.
    boolean fits(CodedSegment coded) {
      return rowLength(coded.segment()) <= room;
    }

    /// Whether a thorough try may come to less than what a quick try of another way came to. Where
    /// much is new bytes, it takes most of the time that making takes, so a quick one tells.
    boolean mayBeLess(List<Piece> pieces, int quickTotal) {
      long newBytes =
          pieces.stream()
              .filter(piece -> piece.kind() == PieceKind.BYTES)
              .mapToLong(Piece::length)
              .sum();
      return newBytes < MANY || coded(pieces, QUICK).total() <= quickTotal / AS_GOOD;
    }

    boolean isLoose() {
      return draft.runs().stream().anyMatch(JoinedRuns::isLoose);
    }

    /// Whether much of what is loose is equal for so many bytes.
    boolean isCutWell(int equalMin) {
      long loose = draft.runs().stream().filter(JoinedRuns::isLoose).mapToLong(Run::length).sum();
      long equal = draft.runs().stream().filter(Run::equal).mapToLong(Run::length).sum();
      long cutEqual = runs(equalMin).stream().filter(Run::equal).mapToLong(Run::length).sum();
      return loose < SAMPLE || cutEqual - equal >= loose / MUCH;
    }

    List<Run> runs(int equalMin) {
      return cut.computeIfAbsent(
          equalMin, min -> Cuts.at(draft.runs(), min, plain, draft.at(), base));
    }

    long changedBytes() {
      return runs(Cuts.FINE).stream().filter(run -> !run.equal()).mapToLong(Run::length).sum();
    }

    boolean isTyped() {
      return draft.runs().stream().anyMatch(run -> !run.equal() && run.type() != null);
    }

    /// What zstd makes of the new bytes by a quick try, knowing what stands before them.
    ///
    /// @param whole of all bytes, as if there were no base
    int packedBytes(boolean whole) {
      if (whole && changedBytes() < plain.length) {
        packedWhole = packedWhole < 0 ? packed(plain) : packedWhole;
        return packedWhole;
      }
      if (packedChanged < 0) {
        ByteSink changed = new ByteSink();
        for (Run run : runs(Cuts.FINE)) {
          if (!run.equal()) {
            changed.bytes(plain, (int) (run.at() - draft.at()), (int) run.length());
          }
        }
        packedChanged = packed(changed.toBytes());
      }
      return packedChanged;
    }

    private int packed(byte[] bytes) {
      int before = (int) Math.min(draft.at(), PREFIX);
      byte[] prefix =
          before < PREFIX_MIN ? NOTHING : prefixBytes(new Prefix.Before(before), draft.at());
      return zstd.pack(bytes, 0, bytes.length, QUICK, isDictionary(prefix) ? NOTHING : prefix)
          .length;
    }

    List<Piece> allNew() {
      return List.of(Piece.withoutBase(PieceKind.BYTES, plain.length));
    }

    /// Differences from the base, where there is one.
    List<Piece> against(int equalMin) {
      return against.computeIfAbsent(equalMin, min -> pieces(this::against, min));
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

    List<Piece> pieces(Function<Run, PieceKind> kindOf, int equalMin) {
      List<Piece> pieces = new ArrayList<>();
      for (Run run : runs(equalMin)) {
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
      return coded(pieces, zstdLevel, this::bestPrefix);
    }

    /// @param prefixFor what the new bytes may refer to
    CodedSegment coded(List<Piece> pieces, int zstdLevel, Function<byte[], Prefix> prefixFor) {
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
          prefix = prefixFor.apply(bytes);
        }
        byte[] before = kind == PieceKind.BYTES ? prefixBytes(prefix, draft.at()) : NOTHING;
        boolean isCheap = bytes.length >= (isPart ? MANY : FEW) || before.length <= SHORT;
        int used = isCheap ? zstdLevel : Math.min(zstdLevel, LEVEL_OF_FEW);
        out.bytes(coder.code(kind, bytes, older, bytes.length, before, used));
      }
      Segment segment = new Segment(plain.length, out.length(), prefix, pieces, digest);
      return new CodedSegment(segment, out.toBytes(), rowBytes(segment));
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
        // A level that reads it thoroughly takes its time for each byte of a prefix, of use or not.
        if (packed < (best == Prefix.NONE ? OF_USE * least : least)) {
          least = packed;
          best = prefix;
        }
      }
      return best;
    }

    /// The base's bytes of the longest run and of what goes on as it does, and some around them.
    Prefix inPlace(byte[] bytes) {
      Run longest = longest();
      if (!longest.hasBase()) {
        return bestPrefix(bytes);
      }
      long from = Long.MAX_VALUE;
      long to = 0;
      for (Run run : draft.runs()) {
        if (run.baseFile() == longest.baseFile() && shift(run) == shift(longest)) {
          from = Math.min(from, run.baseOffset());
          to = Math.max(to, run.baseOffset() + run.length());
        }
      }
      long begin = Math.max(0, from - AROUND);
      long end = Math.min(base.get(longest.baseFile()).size(), to + AROUND);
      Prefix prefix = new Prefix.OfBase(longest.baseFile(), begin, (int) (end - begin));
      return isDictionary(prefixBytes(prefix, draft.at())) ? Prefix.NONE : prefix;
    }

    private static long shift(Run run) {
      return run.baseOffset() - run.at();
    }

    private Run longest() {
      return draft.runs().stream().max(Comparator.comparingLong(Run::length)).orElseThrow();
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
