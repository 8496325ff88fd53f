package io.modelpricing.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.CRC32;

/** The SQL of the migration, from the files in the resource folder {@code migration}. */
final class MigrationSql {

    /** A query that lists what depends on the legacy columns; it needs nothing that {@link #INSTALL} creates. */
    static final String DEPENDENTS = resource("dependents.sql");

    /** The statements that create the function with the query {@link #DEPENDENTS}. */
    private static final String DEPENDENTS_FUNCTION = """
            create or replace function legacy_price_dependents()
            returns table (kind text, name text, columns text[], is_ours boolean)
            language sql stable
            set search_path from current set jit = off as $function$
            %s$function$;

            revoke all on function legacy_price_dependents from public;
            """.formatted(DEPENDENTS);

    /** The files in the order in which they run: each uses only what an earlier one creates. */
    private static final List<String> FILES = List.of(
            resource("tables.sql"),
            resource("declarations.sql"),
            resource("comparison.sql"),
            resource("views.sql"),
            resource("archive.sql"),
            resource("populate.sql"),
            resource("sync-triggers.sql"),
            resource("steps.sql"),
            DEPENDENTS_FUNCTION,
            resource("contract.sql"),
            resource("column-definitions.sql"),
            resource("rollback.sql"),
            resource("fence.sql"),
            resource("compat-views.sql"));

    /**
     * Creates the tables, views and functions of the migration in the first schema of the search path, or replaces
     * them. Run it in a transaction.
     */
    static final String INSTALL = String.join("\n", FILES);

    private MigrationSql() {}

    /** Returns a checksum of {@link #INSTALL}. A database stores it, to show which version of the objects it has. */
    static String checksum() {
        CRC32 checksum = new CRC32();
        checksum.update(INSTALL.getBytes(UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    private static String resource(String file) {
        try (InputStream in = MigrationSql.class.getResourceAsStream("migration/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the resource migration/" + file + " is missing from this jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
