/// What the HTTP servers of this process have in common.
@NullMarked
package dev.tombolo.agent.http;

import org.jspecify.annotations.NullMarked;
