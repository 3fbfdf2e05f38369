/// `./tombolo bench artefact`: what a new version costs on the line, ours beside what others make.
@NullMarked
package dev.tombolo.bench.artefact;

import org.jspecify.annotations.NullMarked;
