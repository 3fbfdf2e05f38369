/// Publishers' work, done without a hub: keys, and releases made from a `release.yaml` and files.
@NullMarked
package dev.tombolo.hub.cli.sign;

import org.jspecify.annotations.NullMarked;
