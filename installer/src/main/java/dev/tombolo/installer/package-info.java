/// Makes what is shipped: the two runtimes, the two distributions, and the package for the shops.
///
/// Runs on the build's JDK during `mvn package`; nothing here is shipped.
@NullMarked
package dev.tombolo.installer;

import org.jspecify.annotations.NullMarked;
