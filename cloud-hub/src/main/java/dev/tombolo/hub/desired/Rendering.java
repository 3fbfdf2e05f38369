package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.DesiredManifest.SectionRef;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.List;

/// The sections one device should have now.
///
/// @param releases digests of the releases selected
/// @param requires what a device must understand of these sections; the same sections always
///   require the same
public record Rendering(
    List<RenderedSection> sections, List<Digest> releases, List<String> requires) {
  public Rendering {
    sections = List.copyOf(sections);
    releases = List.copyOf(releases);
    requires = List.copyOf(requires);
  }

  public List<SectionRef> refs() {
    List<SectionRef> refs = new ArrayList<>(sections.size());
    for (RenderedSection section : sections) {
      refs.add(new SectionRef(section.section().name(), section.digest()));
    }
    return List.copyOf(refs);
  }

  /// Whether it may be another one at another time though nothing is changed: a year's windows and
  /// lines are in it, and for how long windows are lifted.
  public boolean dependsOnTime() {
    for (RenderedSection section : sections) {
      String name = section.section().name();
      if (name.equals(Section.WINDOWS) || name.equals(Section.LINE)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a manifest with these sections says the same.
  public boolean isAs(List<SectionRef> refs) {
    if (refs.size() != sections.size()) {
      return false;
    }
    for (int i = 0; i < refs.size(); i++) {
      RenderedSection section = sections.get(i);
      if (!refs.get(i).digest().equals(section.digest())
          || !refs.get(i).name().equals(section.section().name())) {
        return false;
      }
    }
    return true;
  }
}
