/// The program in the shop: makes the device what the hub last asked for, with or without a line.
@NullMarked
package dev.tombolo.agent;

import org.jspecify.annotations.NullMarked;
