package dev.tombolo.hub.bundle;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;

/// Makes zstd frames without what a bundle knows already: size, checksum, dictionary's number.
final class ZstdPacker implements AutoCloseable {
  private static final byte[] NO_PREFIX = {};

  private final ZstdCompressCtx context = new ZstdCompressCtx();
  private byte[] packed = new byte[1 << 16];

  byte[] pack(byte[] plain, int at, int length, int level) {
    return pack(plain, at, length, level, NO_PREFIX);
  }

  byte[] pack(byte[] plain, int at, int length, int level, byte[] prefix) {
    context.reset();
    context.setContentSize(false).setChecksum(false).setDictID(false).setLevel(level);
    context.loadDict(prefix);
    int most = Math.toIntExact(Zstd.compressBound(length));
    if (packed.length < most) {
      packed = new byte[most];
    }
    int got = context.compressByteArray(packed, 0, packed.length, plain, at, length);
    return Arrays.copyOf(packed, got);
  }

  @Override
  public void close() {
    context.close();
  }
}
