package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Quarantine;
import org.jooq.Configuration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that decides on one quarantine entry, in one transaction. */
abstract class QuarantineDecisionCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "ID", description = "Id of the entry, as listed by pricing quarantine.")
    private long entry;

    QuarantineDecisionCommand(Terminal terminal) {
        super(terminal);
    }

    abstract Quarantine.Decision decide(Quarantine quarantine, long entry, Attribution by);

    /** Prints a decision that was carried out. */
    abstract void print(Quarantine.Decision decision);

    @Override
    protected final ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            Quarantine.Decision decision = session.ctx()
                    .transactionResult(
                            (Configuration transaction) -> decide(new Quarantine(transaction.dsl()), entry, by));
            if (decision.result().isRejection()) {
                throw rejection(decision);
            }
            print(decision);
            return ExitCode.DONE;
        }
    }

    private Failure rejection(Quarantine.Decision decision) {
        String model = decision.model() == null ? "MODEL" : decision.model().toString();
        String accept = database.command("quarantine accept " + entry) + " --reason TEXT";
        String remedy = switch (decision.result()) {
            case UNKNOWN_ENTRY -> "list the entries with: " + database.command("quarantine");
            case ALREADY_DECIDED -> "nothing needs to be decided";
            case UNKNOWN_MODEL, HAS_PRICE -> "close it with: " + accept;
            case STILL_UNREADABLE ->
                "if you know the price: " + database.command("set " + model) + " ...; to keep the current price: "
                        + accept;
            default -> "see the current price with: " + database.command("show " + model);
        };
        String kind = switch (decision.result()) {
            case HAS_PRICE, REJECTED -> "refused";
            default -> decision.result().id();
        };
        return Failure.refused(kind, String.valueOf(decision.message()), remedy);
    }
}
