/// Load against a real hub: thousands of devices with keys of their own, over real sockets and
/// mutual TLS, and what they measured.
@NullMarked
package dev.tombolo.bench.load;

import org.jspecify.annotations.NullMarked;
