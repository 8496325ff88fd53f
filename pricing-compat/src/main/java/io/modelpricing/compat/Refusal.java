package io.modelpricing.compat;

import io.modelpricing.Identified;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * A reason why a step was not run, and what to do about it.
 *
 * @param kind what the refusal is about
 * @param name the object, model or phase that it is about
 * @param reason why the step was not run, and what to do
 */
public record Refusal(Kind kind, String name, String reason) {

    /** What a refusal is about. The first ones are kinds of database objects that depend on a legacy column. */
    public enum Kind implements Identified {
        /** A view. */
        VIEW("view"),
        /** A materialized view. */
        MATERIALIZED_VIEW("materialized view"),
        /** A function whose text contains the name of a legacy column. */
        FUNCTION("function"),
        /** A procedure whose text contains the name of a legacy column. */
        PROCEDURE("procedure"),
        /** A trigger. */
        TRIGGER("trigger"),
        /** A rewrite rule. */
        RULE("rule"),
        /** A row security policy. */
        POLICY("policy"),
        /** An index. */
        INDEX("index"),
        /** A check, unique or foreign key constraint. */
        TABLE_CONSTRAINT("table constraint"),
        /** A generated column. */
        DEFAULT_VALUE("default value"),
        /** Extended statistics. */
        STATISTICS("statistics object"),
        /** A table of a publication with a column list or a row filter. */
        PUBLICATION("publication relation"),
        /** A table that inherits from {@code models}, or {@code pricing_tiers} with rows. */
        TABLE("table"),
        /** Any other database object; the name begins with PostgreSQL's term for it. */
        OTHER_OBJECT("object"),
        /** A name in the list of accepted functions that matches no dependent function. */
        UNKNOWN_FUNCTION("unknown_function"),
        /** An open entry of the {@link Quarantine}. */
        QUARANTINE("quarantine"),
        /** A difference that {@link Verify} finds. */
        FINDING("finding"),
        /** A price that does not fit its legacy column. */
        PRICE("price"),
        /** The database is in another phase than the step needs. */
        PHASE("phase"),
        /** Another transaction changed the database between the check and the step. */
        RACE("race");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    static List<Refusal> fetch(DSLContext ctx, String query, Object... bindings) {
        return ctx.fetch(query, bindings)
                .map(row -> of(row.get(0, String.class), row.get(1, String.class), row.get(2, String.class)));
    }

    private static Refusal of(String kind, String name, String reason) {
        Kind known = kind(kind);
        return new Refusal(known, known == Kind.OTHER_OBJECT ? kind + " " + name : name, reason);
    }

    /** Returns the kind of PostgreSQL's term for a database object, or of a kind that the SQL of the migration uses. */
    static Kind kind(String term) {
        if (Stream.of(Verify.Kind.values()).anyMatch(kind -> kind.id().equals(term))) {
            return Kind.FINDING;
        }
        return Stream.of(Kind.values())
                .filter(kind -> kind.id().equals(term))
                .findFirst()
                .orElse(Kind.OTHER_OBJECT);
    }

    static Refusal phase(Phase phase, String reason) {
        return new Refusal(Kind.PHASE, phase.id(), reason);
    }

    @Override
    public String toString() {
        return kind + " " + name + ": " + reason;
    }
}
