package io.modelpricing.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.LambdaConverter;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;

/**
 * Generates the jOOQ table classes of pricing-jooq from its migrations, applied to a real PostgreSQL.
 *
 * <p>The result is the same for every PostgreSQL major version and every JDK.
 */
final class TableClasses {

    private static final String PACKAGE = "io.modelpricing.jooq.schema";
    private static final String CORE = "io.modelpricing.";

    private TableClasses() {}

    /**
     * Generates the classes.
     *
     * @param migrations the folder of the migrations
     * @param target an empty folder to generate into
     * @return the text of each generated file, by its path relative to the target
     */
    static Map<String, String> generate(Path migrations, Path target) throws Exception {
        try (ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase()) {
            apply(migrations, database);
            GenerationTool.generate(configuration(database, target));
        }
        Map<String, String> files = read(target);
        // A generator on JDK 21 or newer also suppresses a lint that older JDKs do not have.
        files.replaceAll((path, text) -> text.replace(", \"this-escape\"", ""));
        return files;
    }

    /** Returns the text of each file in a folder and its subfolders, by its relative path. */
    static Map<String, String> read(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.filter(Files::isRegularFile)::iterator) {
                files.put(folder.relativize(path).toString().replace('\\', '/'), Files.readString(path, UTF_8));
            }
        }
        return files;
    }

    private static void apply(Path migrations, ThrowawayDatabase database) throws IOException, SQLException {
        List<Path> files;
        try (Stream<Path> paths = Files.list(migrations)) {
            files = paths.sorted().toList();
        }
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            files.forEach(file -> {
                try {
                    statement.execute(Files.readString(file, UTF_8));
                } catch (SQLException e) {
                    throw new IllegalStateException(file.getFileName() + ": " + e.getMessage(), e);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            connection.commit();
        }
    }

    private static Configuration configuration(ThrowawayDatabase database, Path target) {
        return new Configuration()
                .withLogging(Logging.WARN)
                .withJdbc(new Jdbc()
                        .withDriver("org.postgresql.Driver")
                        .withUrl(database.url())
                        .withUser(database.user())
                        .withPassword(database.password()))
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withName("org.jooq.meta.postgres.PostgresDatabase")
                                .withInputSchema("public")
                                .withOutputSchemaToDefault(true)
                                .withIncludes("providers|models|billing_unit|model_pricing.*|request_cost")
                                // For the first version of the library.
                                .withExcludes("model_pricing_rate")
                                .withForcedTypes(forcedTypes()))
                        .withGenerate(new Generate()
                                .withGeneratedAnnotation(false)
                                .withSources(false)
                                .withDaos(false)
                                .withPojos(false)
                                .withGlobalCatalogReferences(false))
                        .withTarget(new Target()
                                .withPackageName(PACKAGE)
                                .withDirectory(target.toString())
                                .withEncoding("UTF-8")
                                .withLocale("en")));
    }

    private static ForcedType[] forcedTypes() {
        return new ForcedType[] {
            converted(
                    "ModelId",
                    "models\\.id|(model_pricing.*|request_cost)\\.model_id",
                    CORE + "ModelId::new",
                    CORE + "ModelId::value"),
            converted(
                    "CanonicalModelId",
                    "models\\.model_id|(model_pricing.*|request_cost)\\.canonical_id",
                    CORE + "CanonicalModelId::new",
                    CORE + "CanonicalModelId::value"),
            converted("Price", "model_pricing.*\\.price(_per_.*)?", CORE + "Price::perUnit", CORE + "Price::usd"),
            named("PricingType", "model_pricing.*\\.pricing_type"),
            named("MissingReason", "(model_pricing.*|request_cost)\\.missing_reason"),
            named("ServiceTier", "(model_pricing_card_rate|request_cost)\\.service_tier"),
            converted(
                    "BillingUnit",
                    "model_pricing_card_rate\\.(unit|charged_as)",
                    CORE + "BillingUnit::ofStored",
                    CORE + "BillingUnit::id"),
            named("PriceVersion.Kind", "model_pricing_(version|every_version|upcoming_version|timeline)\\.kind"),
            converted(
                    "PricingSource",
                    "model_pricing.*\\.pricing_source",
                    CORE + "PricingSource::new",
                    CORE + "PricingSource::id"),
            new ForcedType().withName("INSTANT").withIncludeTypes("timestamptz|timestamp with time zone")
        };
    }

    /** Converts to an enum of the core, whose {@code parse} rejects an unknown id. */
    private static ForcedType named(String type, String columns) {
        return converted(type, columns, CORE + type + "::parse", CORE + type + "::id");
    }

    private static ForcedType converted(String type, String columns, String from, String to) {
        return new ForcedType()
                .withUserType(CORE + type)
                .withLambdaConverter(
                        new LambdaConverter().withFrom(from).withTo(to).withNullable(true))
                .withIncludeExpression(columns);
    }
}
