package dev.tombolo.protocol.release;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// The release for one kind of machine. The device takes the first variant that fits it.
///
/// @param os `linux`
/// @param architecture as `uname -m` says: `x86_64`, `aarch64`, ...; `any` fits all
/// @param runtimes names of runtimes the device must offer (its own configuration maps each to a
///   folder, `${runtime.NAME}` in argv)
public record Variant(
    String os,
    String architecture,
    List<String> runtimes,
    List<File> files,
    WorkloadSpec workload,
    List<Parameter> parameters) {
  public Variant {
    runtimes = List.copyOf(runtimes);
    files = List.copyOf(files);
    parameters = List.copyOf(parameters);
  }

  /// @param path relative, `/`-separated, checked (no `..`, no NUL, no case-fold twin, not
  ///   absolute)
  /// @param size bytes
  public record File(String path, long size, Digest digest, boolean executable) {}

  /// A setting that the desired document may fill, `${param.NAME}` in argv, env and probes.
  ///
  /// @param fallback used when the document gives none; null makes the parameter required
  public record Parameter(
      String name,
      Type type,
      @org.jspecify.annotations.Nullable String fallback,
      @org.jspecify.annotations.Nullable Long min,
      @org.jspecify.annotations.Nullable Long max) {
    /// INTEGER is a decimal long within min..max; BOOLEAN is true or false; TEXT is at most `max`
    /// characters (256 if null) without control characters.
    public enum Type {
      INTEGER,
      BOOLEAN,
      TEXT
    }
  }
}
