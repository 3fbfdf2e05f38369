package dev.tombolo.hub.config;

import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/// Refuses what is nested too deep before nodes are made of it: that goes by recursion, and a
/// kilobyte of brackets would end the stack.
final class ShallowParser implements Parser {
  /// Our files need six levels.
  static final int DEPTH_MAX = 32;

  private final String file;
  private final Parser events;
  private int depth;

  ShallowParser(String file, Parser events) {
    this.file = file;
    this.events = events;
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return events.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return events.peekEvent();
  }

  @Override
  public Event next() {
    Event event = events.next();
    if (event instanceof CollectionStartEvent && ++depth > DEPTH_MAX) {
      throw new YamlFault(file, lineOf(event), "", "nested deeper than " + DEPTH_MAX + " levels");
    } else if (event instanceof CollectionEndEvent) {
      depth--;
    }
    return event;
  }

  private static int lineOf(Event event) {
    return event.getStartMark().map(Mark::getLine).orElse(-1) + 1;
  }
}
