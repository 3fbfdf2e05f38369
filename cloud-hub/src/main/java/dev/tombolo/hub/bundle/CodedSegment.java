package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.Segment;

/// A segment's row of the table, and its bytes.
record CodedSegment(Segment segment, byte[] bytes) {}
