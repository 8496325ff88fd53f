package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_THOUSAND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.ImplausibleUnit.Neighbours;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImplausibleUnitTest {

    private static final Scope ALL = new Scope.All();

    /** Models 1 to 20 of acme with usual prices. */
    private static LegacyDatabase legacy() {
        LegacyDatabase database = LegacyDatabase.expanded();
        database.sql(
                "insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt,"
                        + " pricing_completion) select i, 1, 'c' || i, 'M', 'a' || i, 0.1 * i, 0.4 * i from generate_series(1, 20) i");
        return database;
    }

    private static void model(LegacyDatabase database, int id, String canonical, String price) {
        database.sql("insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt)"
                + " values (" + id + ", 2, '" + canonical + "', 'M', 'b" + id + "', " + price + ")");
    }

    private static List<ImplausibleUnit> found(LegacyDatabase database, LegacyUnit bolt) {
        new Populate(database.ctx())
                .run(
                        Declarations.none()
                                .tokens(ALL, PER_MILLION)
                                .tokens(new Scope.Provider("bolt"), bolt)
                                .image(ALL, PER_IMAGE)
                                .request(ALL, PER_REQUEST)
                                .zero(ALL, Zero.FREE),
                        Attribution.by("test"));
        return ImplausibleUnit.find(database.ctx());
    }

    @Test
    void priceIsComparedWithTheSameModelAtOtherProviders() {
        try (LegacyDatabase database = legacy()) {
            model(database, 21, "c10", "1.2");
            model(database, 22, "c20", "2.1");

            assertThat(found(database, PER_MILLION)).isEmpty();
            // Either provider may have the wrong unit; the operator decides.
            assertThat(found(database, PER_THOUSAND))
                    .filteredOn(implausible -> implausible.scope().equals(new Scope.Provider("bolt")))
                    .containsExactly(
                            new ImplausibleUnit(
                                    new ModelId(21),
                                    new Scope.Provider("bolt"),
                                    LegacyColumn.PROMPT,
                                    PER_THOUSAND,
                                    new BigDecimal("0.0012"),
                                    Neighbours.SAME_MODEL,
                                    new BigDecimal("0.000001")),
                            new ImplausibleUnit(
                                    new ModelId(22),
                                    new Scope.Provider("bolt"),
                                    LegacyColumn.PROMPT,
                                    PER_THOUSAND,
                                    new BigDecimal("0.0021"),
                                    Neighbours.SAME_MODEL,
                                    new BigDecimal("0.000002")));
        }
    }

    @Test
    void rowInAnotherUnitThanTheRestOfItsProviderIsFound() {
        try (LegacyDatabase database = legacy()) {
            database.sql("update models set pricing_prompt = 0.0000007 where id = 7");

            assertThat(found(database, PER_MILLION))
                    .singleElement()
                    .returns(new ModelId(7), ImplausibleUnit::model)
                    .returns(Neighbours.SAME_PROVIDER, ImplausibleUnit::neighbours)
                    .hasToString(
                            "model 7 pricing_prompt: 0.0000000000007 US dollars per token with the declared unit per-1m, but the"
                                    + " median of the models of the same provider is 0.000001");
        }
    }

    @Test
    void wholeProviderInAnotherUnitIsFound() {
        try (LegacyDatabase database = legacy()) {
            for (int id = 21; id < 30; id++) {
                model(database, id, "d" + id, "0.5");
            }

            assertThat(found(database, PER_THOUSAND))
                    .extracting(ImplausibleUnit::model, ImplausibleUnit::neighbours)
                    .hasSize(9)
                    .allSatisfy(found -> assertThat(found.toList().get(1)).isEqualTo(Neighbours.ALL_MODELS));
        }
    }

    @Test
    void onlyLegacyPricesAreComparedAndNothingIsChanged() {
        try (LegacyDatabase database = legacy()) {
            database.sql("update models set pricing_prompt = 5000 where id = 7");
            assertThat(found(database, PER_MILLION)).hasSize(1);
            assertThat(database.ctx()
                            .fetchSingle("select price_per_input_token from model_pricing where model_id = 7")
                            .get(0, BigDecimal.class))
                    .isEqualByComparingTo("0.005");

            database.sql("update model_pricing set pricing_source = 'manual' where model_id = 7");
            assertThat(ImplausibleUnit.find(database.ctx())).isEmpty();
        }
    }

    @Test
    void tooFewComparablePricesAreIgnored() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.5, null, null, null")
                .model(2, "none", "null, 5000, null, null")) {
            assertThat(found(database, PER_MILLION)).isEmpty();
        }
    }

    @Test
    void findFailsBeforePopulate() {
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> ImplausibleUnit.find(database.ctx()))
                    .withMessageContaining("run populate first");
        }
    }
}
