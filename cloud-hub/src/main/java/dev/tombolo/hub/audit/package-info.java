/// Who did what: a chain of records in which each names the hash of the one before.
@NullMarked
package dev.tombolo.hub.audit;

import org.jspecify.annotations.NullMarked;
