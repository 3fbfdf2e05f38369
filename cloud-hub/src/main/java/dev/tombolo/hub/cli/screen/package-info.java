/// How commands speak with people and scripts: tables, progress, questions, errors, exit codes.
@NullMarked
package dev.tombolo.hub.cli.screen;

import org.jspecify.annotations.NullMarked;
