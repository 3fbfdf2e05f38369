/// Decides when to connect, and when to renew the certificate. Pure.
@NullMarked
package dev.tombolo.agent.link;

import org.jspecify.annotations.NullMarked;
