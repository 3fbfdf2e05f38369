package dev.tombolo.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A small one, whole.
@Tag("slow")
class RolloutDriveTest {
  @TempDir Path folder;

  @Test
  void everyDeviceOfTheDatabaseIsPreviewedPlannedAndDriven() throws Exception {
    String[] arguments = {folder.resolve("hub.db").toString(), "2000"};
    RolloutFleet.main(arguments);

    String said = said(() -> RolloutDrive.main(arguments));

    // 2 % are dark, 0.5 % fail.
    assertThat(said.lines())
        .contains("succeeded 1950.0", "failed 10.0", "notReached 40.0")
        .anyMatch(line -> line.startsWith("previewSeconds "))
        .anyMatch(line -> line.startsWith("heapBefore "))
        .anyMatch(line -> line.startsWith("heapPlanned "))
        .anyMatch(line -> line.startsWith("heapPeak "));
  }

  private interface Program {
    void run() throws Exception;
  }

  private static String said(Program program) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
