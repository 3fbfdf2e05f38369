/// Decides when a device may download and switch: by its site's windows and its rollout's permit,
/// at the best time it knows. Pure.
@NullMarked
package dev.tombolo.agent.window;

import org.jspecify.annotations.NullMarked;
