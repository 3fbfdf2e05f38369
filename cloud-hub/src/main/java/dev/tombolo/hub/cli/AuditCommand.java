package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.AuditRow;
import dev.tombolo.hub.http.api.AuditVerdict;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tombolo audit`.
@Command(
    name = "audit",
    description = "Who changed what: append-only and chained by hashes.",
    subcommands = {AuditCommand.ListLines.class, AuditCommand.Verify.class})
final class AuditCommand extends CommandGroup {

  @Command(
      name = "list",
      description = "Show the newest lines of the audit, oldest first.",
      footerHeading = "%nExamples:%n",
      footer = {"  tombolo audit list", "  tombolo audit list --last 500 --json"})
  @SuppressWarnings("NullAway.Init")
  static final class ListLines extends HubOptions implements Callable<Integer> {
    @Option(
        names = "--last",
        defaultValue = "30",
        paramLabel = "N",
        description = "How many, up to 1000. Default: 30")
    private int last;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        List<AuditRow> rows = hub.list(AuditRow.class, "/audit?last=" + Math.clamp(last, 1, 1000));
        Table table = new Table("LINE", "WHEN", "WHO", "ACTION", "SUBJECT", "AFTER");
        for (AuditRow row : rows) {
          table.row(
              "" + row.sequence(),
              Listing.ago(row.millis()),
              row.principal(),
              row.action(),
              row.subject(),
              row.after().length() > 80 ? row.after().substring(0, 79) + "…" : row.after());
        }
        screen().table(rows, table, "the audit is empty");
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "verify",
      description = {
        "Check that no line of the audit was altered or taken out.",
        "Write the head down elsewhere and compare it next time: only that shows lines cut off the",
        "end."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo audit verify")
  static final class Verify extends HubOptions implements Callable<Integer> {
    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        AuditVerdict verdict = hub.get(AuditVerdict.class, "/audit/verify");
        screen()
            .say(
                verdict,
                () ->
                    verdict.isWhole()
                        ? "whole: " + verdict.records() + " lines, head " + verdict.head()
                        : "BROKEN at line " + verdict.brokenAt() + ": " + verdict.detail());
        return verdict.isWhole() ? Exit.OK : Exit.REFUSED;
      }
    }
  }
}
