package dev.tombolo.protocol.codec;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import org.jspecify.annotations.Nullable;

/// Jackson's streaming reader and writer, set to our rules. Comments, NaN, single quotes and the
/// like are off as it comes; here stand only the settings that differ.
final class JsonLibrary {
  static final int DEPTH_MAX = 32;
  static final int NUMBER_CHARACTERS_MAX = 64;

  /// No text read here is larger; each caller's own bound is looked at first.
  static final int TEXT_CHARACTERS_MAX = 4 * 1024 * 1024;

  /// Of what is wrong, an error repeats no more than this.
  static final int QUOTED_CHARACTERS_MAX = 64;

  /// Sets of buffers that wait for the next text, a few tens of kilobytes each.
  static final int BUFFERS_KEPT_MAX = 4;

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(NUMBER_CHARACTERS_MAX)
                  .maxStringLength(TEXT_CHARACTERS_MAX)
                  .maxNameLength(TEXT_CHARACTERS_MAX)
                  .maxDocumentLength(TEXT_CHARACTERS_MAX)
                  .build())
          .errorReportConfiguration(
              ErrorReportConfiguration.builder()
                  .maxErrorTokenLength(QUOTED_CHARACTERS_MAX)
                  .maxRawContentLength(0)
                  .build())
          // What strangers write must not stay in tables of names.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          // New buffers for each small message would be most of what it costs; kept by threads they
          // would be many.
          .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS_KEPT_MAX))
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .characterEscapes(new Escapes())
          .build();

  private JsonLibrary() {}

  /// The escapes that our texts have always had: Jackson's, but `\u0008` and `\u000c` in full. What
  /// is signed or digested is the exact text, so the same values keep giving the same bytes.
  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final int[] ASCII = standardAsciiEscapesForJSON();

    static {
      ASCII['\b'] = ESCAPE_STANDARD;
      ASCII['\f'] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return ASCII;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }
}
