package dev.tombolo.hub.bundle;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.Unpacking;

/// Zstandard frames (RFC 8878) out of bytes; how long the result is must be known. What a frame
/// says of its window does not matter: nothing is ever kept but the result.
final class ZstdUnpacking implements Unpacking, AutoCloseable {
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();

  @Override
  public void unpack(
      byte[] from, int at, int length, byte[] prefix, byte[] into, int intoAt, int wanted)
      throws BundleException {
    try {
      context.reset();
      // A dictionary stays until another replaces it.
      context.loadDict(prefix);
      int got = context.decompressByteArray(into, intoAt, wanted, from, at, length);
      if (got != wanted) {
        throw new BundleException("a zstd frame holds " + got + " bytes instead of " + wanted);
      }
    } catch (ZstdException e) {
      throw new BundleException("a broken zstd frame: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
