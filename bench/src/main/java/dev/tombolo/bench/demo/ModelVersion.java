package dev.tombolo.bench.demo;

import java.nio.file.Path;

/// A version of the demo's model, ready to be signed.
///
/// @param folder with `release.yaml` and the files it names, relative to the demo's folder
/// @param modelDigest SHA-256 of `model.onnx`, 64 hexadecimal digits
record ModelVersion(String version, Path folder, String modelDigest) {
  static final String NAME = "embedding";

  String release() {
    return NAME + "@" + version;
  }

  String yaml() {
    return folder.resolve("release.yaml").toString();
  }

  String envelope() {
    return "models/" + NAME + "-" + version + ".release.json";
  }
}
