package dev.tombolo.bench.artefact;

import java.util.Locale;

/// What one way took for one pair.
///
/// @param size bytes of the new version
record Row(String pair, long size, String way, Way.Taken taken) {
  String json() {
    Measured making = taken.making();
    Measured applying = taken.applying();
    return String.format(
        Locale.ROOT,
        "{\"pair\":\"%s\",\"size\":%d,\"way\":\"%s\",\"bytes\":%d,\"makeSeconds\":%.2f,"
            + "\"makeCpuSeconds\":%.2f,\"makePeakMiB\":%.1f,\"applySeconds\":%.2f,"
            + "\"applyCpuSeconds\":%.2f,\"applyPeakMiB\":%.1f,\"applyOwnMiB\":%.1f}",
        pair,
        size,
        way,
        taken.bytes(),
        making.seconds(),
        making.cpuSeconds(),
        making.peakMiB(),
        applying.seconds(),
        applying.cpuSeconds(),
        applying.peakMiB(),
        applying.ownMiB());
  }
}
