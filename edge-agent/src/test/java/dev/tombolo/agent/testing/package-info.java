/// What the tests of the adapters share: certificates, a small hub, an inbox to wait at.
@NullMarked
package dev.tombolo.agent.testing;

import org.jspecify.annotations.NullMarked;
