/// Fetches Git repositories with JGit and reads files out of commits. Nothing is checked out.
@NullMarked
package dev.tombolo.hub.gitops;

import org.jspecify.annotations.NullMarked;
