package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.Outcome;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Withdraws an announced price. */
@Command(
        name = "withdraw",
        description = {"Withdraw an announced price before its start.", "The current price does not change."})
final class WithdrawCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "MODEL", description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            required = true,
            description = "The start that the price was announced for, such as 2027-01-01T00:00:00Z.")
    private String from = "";

    WithdrawCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        Instant validFrom = InstantFormat.parseStored(from);
        try (Session session = openSession()) {
            ResolvedModel named = session.models().require(ModelReference.parse(model));
            if (session.prices().withdraw(named.id(), validFrom, by) == Outcome.NOTHING_TO_DO) {
                throw Failure.refused(
                        "not_announced",
                        "no price of " + named.title() + " is announced for " + validFrom + " and can be withdrawn",
                        "see the announced prices with: " + database.command("announcements " + named.id())
                                + "; a price whose start has passed is in effect: set another one");
            }
            ObjectNode document = Json.object().put("result", "withdrawn");
            document.set("model", named.json());
            document.put("validFrom", Json.instant(validFrom));
            output.print(document, out -> out.println(named.title() + ": withdrawn, announced for " + validFrom));
            return ExitCode.DONE;
        }
    }
}
