/// The bodies of the admin API, as the hub writes and the command line reads them. Flat records of
/// texts and numbers; times are milliseconds since 1970-01-01T00:00Z.
@NullMarked
package dev.tombolo.hub.http.api;

import org.jspecify.annotations.NullMarked;
