/// When to connect and to renew.
@NullMarked
package dev.tombolo.agent.link;

import org.jspecify.annotations.NullMarked;
