/** The migration from the legacy price columns. Drop this module when the migration is finished. */
module io.modelpricing.compat {
    requires transitive io.modelpricing.jooq;
    requires static transitive org.jspecify;
    requires java.sql;
    requires org.slf4j;

    exports io.modelpricing.compat;
}
