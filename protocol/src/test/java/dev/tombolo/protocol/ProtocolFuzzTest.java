package dev.tombolo.protocol;

import dev.tombolo.protocol.fuzz.Fuzz;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ProtocolFuzzTest {
  @TestFactory
  Stream<DynamicTest> whatOthersWroteIsReadOrRefused() throws ReflectiveOperationException {
    return Fuzz.tests(ProtocolTargets.class);
  }
}
