package dev.tombolo.hub;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import dev.tombolo.hub.core.HubLoop;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// The shape of the hub: `cli -> daemon -> adapters -> core -> deciders -> protocol`, and what
/// decides is pure.
@AnalyzeClasses(packages = "dev.tombolo.hub", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] DECIDERS = {
    "dev.tombolo.hub.join..",
    "dev.tombolo.hub.device..",
    "dev.tombolo.hub.desired..",
    "dev.tombolo.hub.release..",
    "dev.tombolo.hub.audit..",
    "dev.tombolo.hub.policy..",
    "dev.tombolo.hub.user..",
    "dev.tombolo.hub.rollout..",
  };
  private static final String CORE = "dev.tombolo.hub.core..";
  private static final String[] ADAPTERS = {
    "dev.tombolo.hub.bundle..",
    "dev.tombolo.hub.net..",
    "dev.tombolo.hub.mqtt..",
    "dev.tombolo.hub.sqlite..",
    "dev.tombolo.hub.http..",
    "dev.tombolo.hub.files..",
    "dev.tombolo.hub.gitops..",
    "dev.tombolo.hub.x509..",
    "dev.tombolo.hub.config..",
    "dev.tombolo.hub.telemetry..",
  };
  private static final String DAEMON = "dev.tombolo.hub.daemon..";
  private static final String CLI = "dev.tombolo.hub.cli..";

  private static final DescribedPredicate<JavaClass> WHAT_DECIDES =
      resideInAnyPackage(DECIDERS)
          .or(resideInAnyPackage(CORE))
          .and(DescribedPredicate.not(belongsToTheLoop()))
          .as("what decides");

  @ArchTest
  static final ArchRule deciders_know_only_the_protocol =
      noClasses()
          .that()
          .resideInAnyPackage(DECIDERS)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("dev.tombolo.hub..")
                  .and(DescribedPredicate.not(resideInAnyPackage(DECIDERS))));

  @ArchTest
  static final ArchRule core_knows_only_deciders_and_the_protocol =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("dev.tombolo.hub..")
                  .and(DescribedPredicate.not(resideInAnyPackage(DECIDERS)))
                  .and(DescribedPredicate.not(resideInAnyPackage(CORE))));

  @ArchTest
  static final ArchRule what_decides_uses_no_library =
      classes()
          .that(are(WHAT_DECIDES))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "dev.tombolo..", "org.jspecify..");

  /// Ports may name a stream; what stands behind them is an adapter's.
  @ArchTest
  static final ArchRule what_decides_does_no_input_or_output =
      noClasses()
          .that(are(WHAT_DECIDES))
          .and()
          .areNotInterfaces()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.io..",
                      "java.nio.file..",
                      "java.nio.channels..",
                      "java.net..",
                      "java.sql..")
                  // Texts that are taken apart; nobody is asked.
                  .and(DescribedPredicate.not(belongToAnyOf(URI.class, URISyntaxException.class))));

  @ArchTest
  static final ArchRule what_decides_is_told_the_time =
      noClasses()
          .that(are(WHAT_DECIDES))
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class);

  @ArchTest
  static final ArchRule what_decides_draws_nothing_at_random =
      noClasses()
          .that(are(WHAT_DECIDES))
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(RandomGenerator.class)
          .orShould()
          .callMethod(UUID.class, "randomUUID")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule what_decides_has_no_threads =
      noClasses()
          .that(are(WHAT_DECIDES))
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Executor.class);

  @ArchTest
  static final ArchRule adapters_never_know_each_other =
      SlicesRuleDefinition.slices()
          .matching("dev.tombolo.hub.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.not(resideInAnyPackage(ADAPTERS)), DescribedPredicate.alwaysTrue())
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(),
              DescribedPredicate.not(resideInAnyPackage(ADAPTERS)));

  @ArchTest
  static final ArchRule only_the_daemon_and_the_cli_know_how_things_are_wired =
      noClasses()
          .that()
          .resideInAnyPackage("dev.tombolo.hub..")
          .and()
          .resideOutsideOfPackages(DAEMON, CLI)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DAEMON, CLI);

  @ArchTest
  static final ArchRule the_daemon_does_not_know_the_cli =
      noClasses()
          .that()
          .resideInAPackage(DAEMON)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CLI)
          .allowEmptyShould(true);

  private static DescribedPredicate<JavaClass> belongsToTheLoop() {
    return DescribedPredicate.describe(
        "belongs to the loop", type -> type.getFullName().startsWith(HubLoop.class.getName()));
  }
}
