package io.modelpricing.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** The Spring recipe of {@code docs/recipes.md}: a price and the application's own row in one transaction. */
class SpringRecipeTest {

    private static final Attribution ADA = Attribution.by("manual:ada").because("contract 7");

    private final ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase();
    private final DSLContext outside = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
    private ModelId model;

    /** The beans that an application declares. */
    @Configuration
    @EnableTransactionManagement
    static class PricingConfiguration {

        @Bean
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        // example docs/recipes.md
        @Bean
        DSLContext pricingContext(DataSource dataSource) {
            return DSL.using(new TransactionAwareDataSourceProxy(dataSource), SQLDialect.POSTGRES);
        }

        @Bean
        PricingRepository prices(DSLContext pricingContext) {
            return new JooqPricingRepository(pricingContext);
        }
        // end

        @Bean
        Contracts contracts(DataSource dataSource, PricingRepository prices) {
            return new Contracts(new JdbcTemplate(dataSource), prices);
        }
    }

    /** A service of the application. */
    static class Contracts {

        private final JdbcTemplate jdbc;
        private final PricingRepository prices;

        Contracts(JdbcTemplate jdbc, PricingRepository prices) {
            this.jdbc = jdbc;
            this.prices = prices;
        }

        /** Records a contract and the price that it agrees. */
        // example docs/recipes.md
        @Transactional
        public void sign(String customer, ModelId model, Pricing agreed) {
            prices.setManual(model, agreed, ADA);
            jdbc.update("insert into customers (name) values (?)", customer);
        }
        // end
    }

    @BeforeEach
    void migrate() {
        Flyway.configure()
                .dataSource(database.dataSource())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        Prices.migrate(database.dataSource());
        model = Prices.model(outside, "a");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private AnnotationConfigApplicationContext application() {
        return started(new AnnotationConfigApplicationContext());
    }

    /** The same application with another repository. */
    private AnnotationConfigApplicationContext application(PricingRepository prices) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.registerBean("otherPrices", PricingRepository.class, () -> prices, bean -> bean.setPrimary(true));
        return started(context);
    }

    private AnnotationConfigApplicationContext started(AnnotationConfigApplicationContext context) {
        context.registerBean(DataSource.class, database::dataSource);
        context.register(PricingConfiguration.class);
        context.refresh();
        return context;
    }

    @Test
    void priceAndRowCommitTogether() {
        try (AnnotationConfigApplicationContext application = application()) {
            application.getBean(Contracts.class).sign("Initech", model, Prices.PAID);
        }

        assertThat(new JooqPricingRepository(outside).find(model).orElseThrow().pricing())
                .isEqualTo(Prices.PAID);
        assertThat(outside.fetchSingle("select name from customers").get(0)).isEqualTo("Initech");
    }

    @Test
    void rollbackTakesThePriceBack() {
        outside.execute("insert into customers (name) values ('Initech')");

        try (AnnotationConfigApplicationContext application = application()) {
            assertThatThrownBy(() -> application.getBean(Contracts.class).sign("Initech", model, Prices.PAID))
                    .hasMessageContaining("customers_name_key");
        }

        assertThat(new JooqPricingRepository(outside).find(model).orElseThrow().pricing())
                .isInstanceOf(Pricing.Missing.class);
        assertThat(new JooqPricingRepository(outside).versions(model)).isEmpty();
    }

    @Test
    void withoutTheProxyThePriceSurvivesTheRollback() {
        outside.execute("insert into customers (name) values ('Initech')");

        try (AnnotationConfigApplicationContext application =
                application(new JooqPricingRepository(DSL.using(database.dataSource(), SQLDialect.POSTGRES)))) {
            assertThatThrownBy(() -> application.getBean(Contracts.class).sign("Initech", model, Prices.PAID))
                    .hasMessageContaining("customers_name_key");
        }

        assertThat(new JooqPricingRepository(outside).find(model).orElseThrow().pricing())
                .isEqualTo(Prices.PAID);
    }
}
