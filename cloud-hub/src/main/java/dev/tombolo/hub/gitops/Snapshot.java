package dev.tombolo.hub.gitops;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// The YAML files of one commit, in a folder and below.
///
/// @param commit 40 hex digits
/// @param about its first line, and who wrote it
/// @param files by their path in the repository
public record Snapshot(String commit, String about, SortedMap<String, String> files) {
  public Snapshot {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }
}
