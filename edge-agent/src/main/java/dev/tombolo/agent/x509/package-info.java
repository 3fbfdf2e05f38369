/// The device's key, certificates and trust: made, kept on disk, and turned into TLS contexts.
@NullMarked
package dev.tombolo.agent.x509;

import org.jspecify.annotations.NullMarked;
