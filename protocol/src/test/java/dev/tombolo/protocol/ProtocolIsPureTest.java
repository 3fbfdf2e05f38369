package dev.tombolo.protocol;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// The protocol decides and formats; it never acts.
@AnalyzeClasses(
    packages = "dev.tombolo.protocol",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ProtocolIsPureTest {
  /// Streams over byte arrays, and what lambdas and exceptions carry along.
  private static final Set<String> HARMLESS_IO =
      Set.of(
          "java.io.ByteArrayInputStream",
          "java.io.ByteArrayOutputStream",
          "java.io.InputStream",
          "java.io.OutputStream",
          "java.io.Serializable");

  private static final String CODEC = "dev.tombolo.protocol.codec..";

  /// What Jackson's signatures name, and the text in memory that it writes to.
  private static final Set<String> JACKSONS_IO =
      Set.of("java.io.IOException", "java.io.StringWriter", "java.io.Writer");

  private static final DescribedPredicate<JavaClass> DOES_IO =
      resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
          .and(
              not(
                  DescribedPredicate.describe(
                      "harmless", java -> HARMLESS_IO.contains(java.getName()))));

  private static final DescribedPredicate<JavaClass> IS_NOT_JAVA_BASE =
      resideOutsideOfPackages(
          "dev.tombolo.protocol..",
          "java.lang..",
          "java.util..",
          "java.io..",
          "java.nio..",
          "java.math..",
          "java.text..",
          "java.time..",
          "java.security..",
          "javax.crypto..",
          "javax.security.auth.x500..",
          "org.jspecify.annotations..");

  @ArchTest
  static final ArchRule noInputOrOutput =
      noClasses()
          .that()
          .resideOutsideOfPackage(CODEC)
          .should()
          .dependOnClassesThat(DOES_IO)
          .because("adapters do I/O");

  @ArchTest
  static final ArchRule theCodecDoesNoneEither =
      noClasses()
          .that()
          .resideInAPackage(CODEC)
          .should()
          .dependOnClassesThat(
              DOES_IO.and(
                  not(
                      DescribedPredicate.describe(
                          "in memory", java -> JACKSONS_IO.contains(java.getName())))))
          .because("adapters do I/O");

  @ArchTest
  static final ArchRule noClock =
      noClasses()
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Clock.class)
          .because("the time is passed in");

  /// SecureRandom is a Random: keys are made of one that the caller brings.
  @ArchTest
  static final ArchRule noChance =
      noClasses()
          .that()
          .areNotAssignableTo(SecureRandom.class)
          .should()
          .callConstructor(Random.class)
          .orShould()
          .callConstructor(SecureRandom.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(ThreadLocalRandom.class)
          .orShould()
          .callMethod(Math.class, "random")
          .because("randomness is passed in");

  @ArchTest
  static final ArchRule noThreads =
      noClasses()
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent..")
          .because("loops and threads belong to the daemons");

  @ArchTest
  static final ArchRule nothingButJavaBase =
      noClasses()
          .that()
          .resideOutsideOfPackage(CODEC)
          .should()
          .dependOnClassesThat(IS_NOT_JAVA_BASE)
          .because("the agent is small and its trust is in few hands");

  @ArchTest
  static final ArchRule onlyTheCodecKnowsJacksonsCore =
      noClasses()
          .that()
          .resideInAPackage(CODEC)
          .should()
          .dependOnClassesThat(
              IS_NOT_JAVA_BASE.and(resideOutsideOfPackage("com.fasterxml.jackson.core..")))
          .because("it reads tokens and writes escapes; what they mean is ours");

  @ArchTest
  static final ArchRule noReflection =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("java.lang.reflect..");
}
