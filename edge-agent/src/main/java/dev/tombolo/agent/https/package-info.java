/// Calls of the hub's HTTPS port: enrolment, renewal, and files with resume. By HttpURLConnection,
/// which costs the least memory.
@NullMarked
package dev.tombolo.agent.https;

import org.jspecify.annotations.NullMarked;
