package dev.tombolo.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a bench measured: printed for people, and as JSON for machines.
final class Figures {
  private final String bench;
  private final Map<String, Double> values = new LinkedHashMap<>();
  private final Map<String, String> remarks = new LinkedHashMap<>();
  private final Set<String> headlines = new LinkedHashSet<>();

  Figures(String bench) {
    this.bench = bench;
  }

  void put(String name, double value) {
    values.put(name, value);
    System.out.printf(Locale.ROOT, "%-58s %,14.3f%n", name, value);
  }

  /// Those of these names that are there stand at the top level of the JSON, too.
  void headline(String... names) {
    headlines.addAll(List.of(names));
  }

  /// What is no number.
  void say(String name, String remark) {
    remarks.put(name, remark);
    System.out.printf("%-58s %s%n", name, remark);
  }

  /// Of runs in turn, each against its neighbour.
  static double[] ratios(double[] ours, double[] theirs) {
    double[] ratios = new double[ours.length];
    for (int run = 0; run < ratios.length; run++) {
      ratios[run] = ours[run] / theirs[run];
    }
    return ratios;
  }

  /// Minimum, median and maximum of several runs.
  void putSpread(String name, double[] runs) {
    double[] sorted = runs.clone();
    Arrays.sort(sorted);
    put(name + " min", sorted[0]);
    put(name + " median", median(sorted));
    put(name + " max", sorted[sorted.length - 1]);
  }

  void write(Path file) throws IOException {
    Files.writeString(file, json() + "\n");
  }

  /// `{"bench":...,"figures":{...},"remarks":{...}}`, and the headlines before the figures.
  String json() {
    StringBuilder json = new StringBuilder("{\"bench\":\"").append(bench).append("\",");
    for (String name : headlines) {
      Double value = values.get(name);
      if (value != null) {
        json.append('"').append(name).append("\":").append(number(value)).append(',');
      }
    }
    json.append("\"figures\":{");
    String separator = "";
    for (Map.Entry<String, Double> value : values.entrySet()) {
      json.append(separator)
          .append('"')
          .append(value.getKey())
          .append("\":")
          .append(number(value.getValue()));
      separator = ",";
    }
    json.append("},\"remarks\":{");
    separator = "";
    for (Map.Entry<String, String> remark : remarks.entrySet()) {
      json.append(separator)
          .append('"')
          .append(remark.getKey())
          .append("\":\"")
          .append(remark.getValue())
          .append('"');
      separator = ",";
    }
    return json.append("}}").toString();
  }

  /// JSON knows no number that is none.
  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "null";
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
