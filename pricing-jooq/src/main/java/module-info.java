/** The PostgreSQL side of model prices. The generated table classes are for the library's own modules only. */
module io.modelpricing.jooq {
    requires transitive io.modelpricing;
    requires static transitive org.jspecify;
    requires transitive org.jooq;
    requires java.sql;
    requires org.slf4j;

    exports io.modelpricing.jooq;
    exports io.modelpricing.jooq.audit;
    exports io.modelpricing.jooq.costs;
    exports io.modelpricing.jooq.schema to
            io.modelpricing.compat,
            io.modelpricing.cli,
            org.jooq;
    exports io.modelpricing.jooq.schema.tables to
            io.modelpricing.compat,
            io.modelpricing.cli,
            org.jooq;
    exports io.modelpricing.jooq.schema.tables.records to
            io.modelpricing.compat,
            io.modelpricing.cli,
            org.jooq;
}
