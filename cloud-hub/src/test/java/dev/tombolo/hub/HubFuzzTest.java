package dev.tombolo.hub;

import dev.tombolo.protocol.fuzz.Fuzz;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class HubFuzzTest {
  @TestFactory
  Stream<DynamicTest> whatOthersWroteIsReadOrRefused() throws ReflectiveOperationException {
    return Fuzz.tests(HubTargets.class);
  }
}
