/// `./tombolo demo`: the whole path once, with real processes, each command shown before it runs
/// and each claim checked.
@NullMarked
package dev.tombolo.bench.demo;

import org.jspecify.annotations.NullMarked;
