package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.compat.Cached;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.compat.MigrationStatus.Undeclared;
import io.modelpricing.compat.Zero;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that declare the meaning of the numbers in the legacy columns. */
final class DeclarationOptions {

    private static final String NO_PROVIDER = "none";

    @Option(
            names = "--unit",
            paramLabel = "[PROVIDER=]UNIT",
            description = {
                "Unit of pricing_prompt and pricing_completion: per-token, per-1k or per-1m. For one provider, write its"
                        + " slug first (openai=per-1m); for models without a provider, none=per-1m. Repeatable.",
                "[PROVIDER.]image=UNIT declares the unit of pricing_image, which may also be per-image;"
                        + " [PROVIDER.]request=per-request that of pricing_request."
            })
    private List<String> units = new ArrayList<>();

    @Option(
            names = "--zero",
            paramLabel = "[PROVIDER=]MEANING",
            description = "What it means if all prices of a model are zero: free or unknown. Repeatable.")
    private List<String> zeros = new ArrayList<>();

    @Option(
            names = "--cached",
            paramLabel = "[PROVIDER=]MEANING",
            description =
                    "Price of cached and audio tokens, which have no legacy column: as-input or unknown. Repeatable."
                            + " Without it, the cost of requests with such tokens is incomplete.")
    private List<String> cached = new ArrayList<>();

    /**
     * Returns the declarations.
     *
     * @throws Failure if an option is malformed or contradicts another
     */
    Declarations parse() {
        Declarations declared = Declarations.none();
        for (String option : units) {
            Declarations before = declared;
            declared = read("--unit " + option, () -> unit(before, option));
        }
        for (String option : zeros) {
            Declarations before = declared;
            declared = read("--zero " + option, () -> zero(before, option));
        }
        for (String option : cached) {
            Declarations before = declared;
            declared = read("--cached " + option, () -> cached(before, option));
        }
        return declared;
    }

    private static Declarations unit(Declarations declared, String option) {
        LegacyUnit unit = LegacyUnit.parse(meaning(option));
        String target = target(option);
        String subject = target.substring(target.lastIndexOf('.') + 1);
        String provider = target.substring(0, Math.max(0, target.lastIndexOf('.')));
        return switch (subject) {
            case "image" -> declared.image(scope(provider), unit);
            case "request" -> declared.request(scope(provider), unit);
            // For a provider whose slug ends in ".image" or ".request".
            case "tokens" -> declared.tokens(scope(provider), unit);
            default -> declared.tokens(scope(target), unit);
        };
    }

    private static Declarations zero(Declarations declared, String option) {
        return declared.zero(scope(target(option)), Zero.parse(meaning(option)));
    }

    private static Declarations cached(Declarations declared, String option) {
        return declared.cached(scope(target(option)), Cached.parse(meaning(option)));
    }

    private static String meaning(String option) {
        return option.substring(option.lastIndexOf('=') + 1);
    }

    /** Returns what a declaration applies to: the text before its last "=". */
    private static String target(String option) {
        int equals = option.lastIndexOf('=');
        if (equals == 0) {
            throw new IllegalArgumentException("the provider before \"=\" is empty");
        }
        return option.substring(0, Math.max(0, equals));
    }

    private static Scope scope(String provider) {
        return switch (provider) {
            case "" -> new Scope.All();
            case NO_PROVIDER -> new Scope.NoProvider();
            default -> new Scope.Provider(provider);
        };
    }

    private static Declarations read(String option, Supplier<Declarations> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "malformed_declaration",
                    option + ": " + e.getMessage(),
                    "write, for example, --unit per-1m, --unit openai=per-1m, --unit image=per-image, --unit openai.request=per-request,"
                            + " --zero free, --cached as-input");
        }
    }

    static ObjectNode json(Undeclared undeclared) {
        return Json.object()
                .put("provider", undeclared.provider())
                .put("subject", undeclared.subject().id())
                .put("models", undeclared.models());
    }

    /** Returns the populate command for missing declarations, with UNIT and MEANING as placeholders. */
    static String command(List<Undeclared> undeclared) {
        Set<String> options = new LinkedHashSet<>();
        for (Undeclared missing : undeclared) {
            options.add(
                    switch (missing.subject()) {
                        case TOKENS -> "--unit " + quoted(slug(missing.provider())) + "=UNIT";
                        case IMAGE -> "--unit " + quoted(slug(missing.provider())) + ".image=UNIT";
                        case REQUEST -> "--unit request=per-request";
                        case ZERO -> "--zero MEANING";
                        case CACHED -> "--cached MEANING";
                    });
        }
        return options.isEmpty() ? "populate" : "populate " + String.join(" ", options);
    }

    private static String slug(@Nullable String provider) {
        return provider == null ? NO_PROVIDER : provider;
    }

    private static String quoted(String slug) {
        return slug.matches("[A-Za-z0-9_.:/-]+") ? slug : "'" + slug.replace("'", "'\\''") + "'";
    }
}
