package dev.tombolo.bench.artefact;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/// A made-up model of a small transformer: named tensors of normal weights, the same at each run.
record MadeModel(List<Layer> layers) {
  private static final int BLOCKS = 10;
  private static final double SIGMA = 0.02;
  private static final String[] MATRICES = {"query", "key", "value", "output"};

  MadeModel {
    layers = List.copyOf(layers);
  }

  /// @param rows of its shape, and columns; a vector has one row
  record Layer(String name, int rows, int columns, float[] weights) {
    Layer named(String other) {
      return new Layer(other, rows, columns, weights);
    }

    boolean isVector() {
      return rows == 1;
    }
  }

  static MadeModel of(long seed, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Layer> layers = new ArrayList<>();
    layers.add(drawn(random, "embeddings.word", 40 * width, width));
    for (int block = 0; block < BLOCKS; block++) {
      String at = "encoder.layer." + block + ".";
      for (String matrix : MATRICES) {
        layers.add(drawn(random, at + "attention." + matrix + ".weight", width, width));
        layers.add(drawn(random, at + "attention." + matrix + ".bias", 1, width));
      }
      layers.add(drawn(random, at + "intermediate.weight", 4 * width, width));
      layers.add(drawn(random, at + "output.weight", width, 4 * width));
      layers.add(drawn(random, at + "norm.weight", 1, width));
    }
    return new MadeModel(layers);
  }

  /// Trained further: each weight moved by this share of its tensor's sigma.
  MadeModel moved(double share) {
    SplittableRandom random = new SplittableRandom(17);
    return each(
        layer -> {
          float[] weights = layer.weights().clone();
          double sigma = sigma(weights);
          for (int i = 0; i < weights.length; i++) {
            weights[i] += (float) (random.nextGaussian() * sigma * share);
          }
          return new Layer(layer.name(), layer.rows(), layer.columns(), weights);
        });
  }

  /// One weight in a hundred is another one.
  MadeModel touched() {
    SplittableRandom random = new SplittableRandom(18);
    return each(
        layer -> {
          float[] weights = layer.weights().clone();
          for (int i = random.nextInt(200); i < weights.length; i += 1 + random.nextInt(199)) {
            weights[i] += (float) (random.nextGaussian() * SIGMA * 0.1);
          }
          return new Layer(layer.name(), layer.rows(), layer.columns(), weights);
        });
  }

  /// An adapter of rank 4 merged into the attention's queries and values, as LoRA does.
  MadeModel adapted() {
    SplittableRandom random = new SplittableRandom(19);
    return each(
        layer -> {
          if (!layer.name().contains("query.weight") && !layer.name().contains("value.weight")) {
            return layer;
          }
          float[] weights = layer.weights().clone();
          for (int rank = 0; rank < 4; rank++) {
            double[] left = random.doubles(layer.rows(), -0.05, 0.05).toArray();
            double[] right = random.doubles(layer.columns(), -0.05, 0.05).toArray();
            for (int i = 0; i < weights.length; i++) {
              weights[i] += (float) (left[i / layer.columns()] * right[i % layer.columns()]);
            }
          }
          return new Layer(layer.name(), layer.rows(), layer.columns(), weights);
        });
  }

  /// Every layer has another name, as another exporter gives it.
  MadeModel renamed() {
    return each(layer -> layer.named("model/" + layer.name().replace('.', '/')));
  }

  /// The layers of the file in another order.
  MadeModel shuffled() {
    SplittableRandom random = new SplittableRandom(20);
    List<Layer> others = new ArrayList<>(layers);
    for (int i = others.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      others.set(other, others.set(i, others.get(other)));
    }
    return new MadeModel(others);
  }

  /// With a layer that was not there, in the middle.
  MadeModel extended() {
    List<Layer> more = new ArrayList<>(layers);
    int columns = layers.getFirst().columns();
    more.add(layers.size() / 2, drawn(new SplittableRandom(21), "adapter.weight", 64, columns));
    return new MadeModel(more);
  }

  MadeModel part(int from, int to) {
    return new MadeModel(layers.subList(from, to));
  }

  private MadeModel each(UnaryOperator<Layer> change) {
    return new MadeModel(layers.stream().map(change).toList());
  }

  private static Layer drawn(SplittableRandom random, String name, int rows, int columns) {
    float[] weights = new float[rows * columns];
    double sigma = SIGMA * (0.5 + random.nextDouble());
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * sigma);
    }
    return new Layer(name, rows, columns, weights);
  }

  private static double sigma(float[] weights) {
    double squares = 0;
    for (float weight : weights) {
      squares += weight * weight;
    }
    return Math.sqrt(squares / weights.length);
  }
}
