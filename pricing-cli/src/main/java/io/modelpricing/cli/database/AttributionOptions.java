package io.modelpricing.cli.database;

import io.modelpricing.Attribution;
import io.modelpricing.cli.output.Failure;
import picocli.CommandLine.Option;

/** Who makes a change by hand, and why. */
public final class AttributionOptions {

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why: kept with the change.")
    private String reason = "";

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who: kept with the change. Default: the system's user.")
    private String actor = System.getProperty("user.name");

    public Attribution attribution() {
        if (reason.isBlank() || actor.isBlank()) {
            throw Failure.usage(
                    "usage",
                    (reason.isBlank() ? "the reason" : "the actor") + " is blank",
                    "say who changes it and why: it is kept with the change for ever");
        }
        return Attribution.by(actor).because(reason);
    }
}
