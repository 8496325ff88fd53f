/** The legacy price names over the new tables. The module goes when the legacy columns have gone. */
module io.modelpricing.compat {
    requires transitive io.modelpricing.jooq;
    requires static transitive org.jspecify;
    requires java.sql;
    requires org.slf4j;

    exports io.modelpricing.compat;
}
