package dev.tombolo.bench.embedding;

/// A sentence's place in the model's space, as it travels: a JSON array of numbers.
record Vector(float[] values) {

  /// @throws IllegalArgumentException when `json` is not an array of numbers
  static Vector parse(String json) {
    String body = json.strip();
    if (!body.startsWith("[") || !body.endsWith("]") || body.length() == 2) {
      throw new IllegalArgumentException(
          "not a vector: " + body.substring(0, Math.min(80, body.length())));
    }
    String[] numbers = body.substring(1, body.length() - 1).split(",", -1);
    float[] values = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      values[i] = Float.parseFloat(numbers[i]);
    }
    return new Vector(values);
  }

  String json() {
    var text = new StringBuilder(values.length * 12).append('[');
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : ",").append(values[i]);
    }
    return text.append(']').toString();
  }

  /// Cosine of the angle between the two, 1 for the same direction; NaN when one is no direction.
  double cosine(Vector other) {
    double dot = 0;
    double mine = 0;
    double its = 0;
    for (int i = 0; i < values.length; i++) {
      dot += values[i] * (double) other.values[i];
      mine += values[i] * (double) values[i];
      its += other.values[i] * (double) other.values[i];
    }
    return dot / Math.sqrt(mine * its);
  }
}
