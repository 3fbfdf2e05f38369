package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes a note into an ONNX file: `ModelProto` field 6, `doc_string`. The model answers as before
/// and has a new digest, as a model exported once more has.
public final class OnnxNote {
  private static final int DOC_STRING_TAG = 6 << 3 | 2;
  private static final int NOTE_BYTES_MAX = 127;

  private OnnxNote() {}

  /// @param note at most 127 bytes of UTF-8, so that its length takes one byte
  public static void write(Path model, String note, Path noted) throws IOException {
    byte[] text = note.getBytes(StandardCharsets.UTF_8);
    if (text.length > NOTE_BYTES_MAX) {
      throw new IllegalArgumentException("a note of " + text.length + " bytes; at most 127");
    }
    Files.copy(model, noted);
    try (OutputStream out = Files.newOutputStream(noted, StandardOpenOption.APPEND)) {
      out.write(DOC_STRING_TAG);
      out.write(text.length);
      out.write(text);
    }
  }
}
