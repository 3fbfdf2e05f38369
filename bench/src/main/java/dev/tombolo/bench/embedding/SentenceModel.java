package dev.tombolo.bench.embedding;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.langchain4j.model.embedding.onnx.AbstractInProcessEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.OnnxBertBiEncoder;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A sentence embedding model held by ONNX Runtime. It is loaded from bytes in memory, and those
/// same bytes are hashed: [#digest] names what really answers, whatever lies on the disk by now.
final class SentenceModel extends AbstractInProcessEmbeddingModel {
  private final OnnxBertBiEncoder encoder;
  private final String digest;

  private SentenceModel(OnnxBertBiEncoder encoder, String digest) {
    super(Runnable::run);
    this.encoder = encoder;
    this.digest = digest;
  }

  static SentenceModel load(Path model, Path tokenizer) throws IOException {
    byte[] modelBytes = Files.readAllBytes(model);
    byte[] tokenizerBytes = Files.readAllBytes(tokenizer);
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      var session = environment.createSession(modelBytes, oneQuietThread());
      var encoder =
          new OnnxBertBiEncoder(
              environment, session, new ByteArrayInputStream(tokenizerBytes), PoolingMode.CLS);
      return new SentenceModel(encoder, sha256(modelBytes));
    } catch (OrtException e) {
      throw new IOException(model + ": ONNX Runtime cannot load it: " + e.getMessage(), e);
    }
  }

  /// One thread that does not spin: a shop's box has other work to do.
  private static SessionOptions oneQuietThread() throws OrtException {
    var options = new SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    return options;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// SHA-256 of the model's bytes, 64 hexadecimal digits.
  String digest() {
    return digest;
  }

  /// Unit-length vector of `text`.
  float[] vector(String text) {
    return embed(text).content().vector();
  }

  @Override
  protected OnnxBertBiEncoder model() {
    return encoder;
  }
}
