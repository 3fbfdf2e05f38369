/// The admin port: REST for operators behind a token per person, `/healthz` and `/metrics`.
@NullMarked
package dev.tombolo.hub.http;

import org.jspecify.annotations.NullMarked;
