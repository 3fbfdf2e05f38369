package dev.tombolo.hub.bundle;

/// A tensor of the base, and the file that it lies in.
record BaseTensor(Tree.Entry file, Tensor tensor) {}
