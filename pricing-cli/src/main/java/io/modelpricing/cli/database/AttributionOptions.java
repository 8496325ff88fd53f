package io.modelpricing.cli.database;

import io.modelpricing.Attribution;
import io.modelpricing.TextRule;
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
     * @throws Failure if one of them breaks the rule of {@link TextRule}
     */
    public Attribution attribution() {
        return by(actor)
                .because(Failure.requireUsage(
                        () -> TextRule.requireReason("--reason", reason),
                        "give the reason of the change; it is stored with it"));
    }

    /**
     * Returns an attribution to the actor of an option, without a reason.
     *
     * @throws Failure if the actor is not a name
     */
    public static Attribution by(String actor) {
        return Attribution.by(Failure.requireUsage(
                () -> TextRule.requireName("--actor", actor), "name who makes the change; the name is stored with it"));
    }
}
