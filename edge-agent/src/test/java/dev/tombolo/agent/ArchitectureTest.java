package dev.tombolo.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/// The arrows: cli -> daemon -> adapters -> core -> deciders -> protocol.
@AnalyzeClasses(
    packages = "dev.tombolo.agent",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] DECIDERS = {
    "dev.tombolo.agent.link..",
    "dev.tombolo.agent.desired..",
    "dev.tombolo.agent.release..",
    "dev.tombolo.agent.window..",
    "dev.tombolo.agent.workload..",
    "dev.tombolo.agent.outbox.."
  };

  private static final String[] ADAPTERS = {
    "dev.tombolo.agent.bundle..",
    "dev.tombolo.agent.mqtt..",
    "dev.tombolo.agent.https..",
    "dev.tombolo.agent.disk..",
    "dev.tombolo.agent.kit..",
    "dev.tombolo.agent.process..",
    "dev.tombolo.agent.probe..",
    "dev.tombolo.agent.loopback..",
    "dev.tombolo.agent.x509..",
    "dev.tombolo.agent.session..",
    "dev.tombolo.agent.sqlite.."
  };

  private static final String[] OUTER = {
    "dev.tombolo.agent.daemon..", "dev.tombolo.agent.cli..", "dev.tombolo.agent.config.."
  };

  @ArchTest
  static final ArchRule decidersKnowOnlyEachOtherAndTheProtocol =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.tombolo.agent.core..",
              "java.io..",
              "java.nio.file..",
              "java.net..",
              "java.sql..",
              "java.util.concurrent..");

  @ArchTest
  static final ArchRule decidersReadNoClockAndDrawNoLots =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .or()
          .haveNameMatching(
              "dev\\.tombolo\\.agent\\.core\\.(AgentCore|.*Steps|Programs|StatusView)")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(Math.class, "random")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.util.Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class);

  @ArchTest
  static final ArchRule nothingInsideKnowsTheAdapters =
      noClasses()
          .that()
          .resideInAPackage("dev.tombolo.agent.core..")
          .or()
          .resideInAnyPackage(DECIDERS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ADAPTERS);

  @ArchTest
  static final ArchRule onlyTheCommandLineAndTheDaemonKnowTheDaemon =
      noClasses()
          .that()
          .resideOutsideOfPackages(OUTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(OUTER);

  @ArchTest
  static final ArchRule theDaemonDoesNotKnowTheCommandLine =
      noClasses()
          .that()
          .resideInAPackage("dev.tombolo.agent.daemon..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.tombolo.agent.cli..");

  /// `session` is what the adapters that run programs have in common.
  @ArchTest
  static void adaptersDoNotKnowEachOther(JavaClasses classes) {
    for (String adapter : ADAPTERS) {
      String[] others =
          Arrays.stream(ADAPTERS)
              .filter(it -> !it.equals(adapter) && !it.contains(".session"))
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(adapter)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule theAgentDoesNotKnowTheHub =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.tombolo.hub..");
}
