package dev.tombolo.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The arrows: cli to daemon to adapters to core to deciders to protocol, and none back.
@AnalyzeClasses(
    packages = "dev.tombolo",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {
  private static final String PROTOCOL = "dev.tombolo.protocol..";

  private static final String[] DECIDERS = {
    "dev.tombolo.hub.audit..",
    "dev.tombolo.hub.desired..",
    "dev.tombolo.hub.device..",
    "dev.tombolo.hub.join..",
    "dev.tombolo.hub.policy..",
    "dev.tombolo.hub.release..",
    "dev.tombolo.hub.user..",
    "dev.tombolo.agent.desired..",
    "dev.tombolo.agent.link..",
    "dev.tombolo.agent.outbox..",
    "dev.tombolo.agent.release..",
    "dev.tombolo.agent.workload..",
  };

  private static final String[] CORES = {"dev.tombolo.hub.core..", "dev.tombolo.agent.core.."};

  private static final String[] ADAPTERS = {
    "dev.tombolo.hub.bundle..",
    "dev.tombolo.hub.files..",
    "dev.tombolo.hub.http..",
    "dev.tombolo.hub.mqtt..",
    "dev.tombolo.hub.net..",
    "dev.tombolo.hub.sqlite..",
    "dev.tombolo.hub.x509..",
    "dev.tombolo.agent.bundle..",
    "dev.tombolo.agent.disk..",
    "dev.tombolo.agent.http..",
    "dev.tombolo.agent.https..",
    "dev.tombolo.agent.lan..",
    "dev.tombolo.agent.loopback..",
    "dev.tombolo.agent.mqtt..",
    "dev.tombolo.agent.probe..",
    "dev.tombolo.agent.process..",
    "dev.tombolo.agent.sqlite..",
    "dev.tombolo.agent.x509..",
  };

  private static final String[] WIRING = {
    "dev.tombolo.hub.daemon..",
    "dev.tombolo.hub.cli..",
    "dev.tombolo.agent.daemon..",
    "dev.tombolo.agent.cli..",
  };

  @ArchTest
  static final ArchRule theHubKnowsNeitherAgentNorBench =
      noClasses()
          .that()
          .resideInAPackage("dev.tombolo.hub..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.tombolo.agent..", "dev.tombolo.bench..");

  @ArchTest
  static final ArchRule theAgentKnowsNeitherHubNorBench =
      noClasses()
          .that()
          .resideInAPackage("dev.tombolo.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.tombolo.hub..", "dev.tombolo.bench..");

  @ArchTest
  static final ArchRule theProtocolKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage(PROTOCOL)
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.tombolo..")
                  .and(DescribedPredicate.not(resideInAPackage(PROTOCOL))));

  /// All JSON of the wire goes through one strict mapping, which alone knows whose tokens it reads.
  @ArchTest
  static final ArchRule onlyTheCodecKnowsJackson =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.tombolo.protocol.codec..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule decidersKnowOnlyDecidersAndTheProtocol =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .should()
          .dependOnClassesThat(ofOursBut(joined(DECIDERS, new String[] {PROTOCOL})));

  @ArchTest
  static final ArchRule decidersTouchNoFileNoSocketNoThread =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.net..",
              "java.nio.channels..",
              "java.nio.file..",
              "java.sql..",
              "java.util.concurrent..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Process.class);

  @ArchTest
  static final ArchRule decidersReadNoClockAndDrawNoLots =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(LocalDate.class, "now")
          .orShould()
          .callMethod(LocalDateTime.class, "now")
          .orShould()
          .callMethod(ZonedDateTime.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(RandomGenerator.class);

  @ArchTest
  static final ArchRule coresKnowNoAdapter =
      noClasses()
          .that()
          .resideInAnyPackage(CORES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(joined(ADAPTERS, WIRING));

  @ArchTest
  static final ArchRule adaptersKnowNothingOfTheWiring =
      noClasses()
          .that()
          .resideInAnyPackage(ADAPTERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(WIRING);

  @ArchTest
  static final ArchRule hubAdaptersDoNotKnowEachOther =
      slices()
          .matching("dev.tombolo.hub.(bundle|files|http|mqtt|net|sqlite|x509)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule agentAdaptersDoNotKnowEachOther =
      slices()
          .matching(
              "dev.tombolo.agent.(bundle|disk|https|lan|loopback|mqtt|probe|process|sqlite|x509)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule noProgramsPackagesGoRoundInACircle =
      slices().matching("dev.tombolo.(hub|agent).(*)..").should().beFreeOfCycles();

  private ArchitectureTest() {}

  /// Tests of other modules come as jars.
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static DescribedPredicate<JavaClass> ofOursBut(String[] packages) {
    return resideInAPackage("dev.tombolo..")
        .and(DescribedPredicate.not(resideInAnyPackage(packages)));
  }

  private static String[] joined(String[] some, String[] more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }
}
