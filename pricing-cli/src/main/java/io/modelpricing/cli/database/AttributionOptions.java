package io.modelpricing.cli.database;

import io.modelpricing.Attribution;
import io.modelpricing.cli.output.Failure;
import picocli.CommandLine.Option;

/** The actor of a change and the reason for it. */
public final class AttributionOptions {

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            required = true,
            description = "Reason for the change; stored with it.")
    private String reason = "";

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who makes the change; stored with it. Default: the operating system user.")
    private String actor = System.getProperty("user.name");

    /**
     * Returns the actor and the reason.
     *
     * @throws Failure if one of them is blank
     */
    public Attribution attribution() {
        if (reason.isBlank() || actor.isBlank()) {
            throw Failure.usage(
                    "usage",
                    (reason.isBlank() ? "--reason" : "--actor") + " must not be blank",
                    "give the actor and the reason; both are stored with the change");
        }
        return Attribution.by(actor).because(reason);
    }
}
