package dev.tombolo.bench.artefact;

import java.nio.file.Path;

/// Two versions of a file or folder.
record Pair(String name, Path old, Path fresh) {}
