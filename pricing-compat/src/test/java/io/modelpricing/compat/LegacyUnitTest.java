package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_THOUSAND;
import static io.modelpricing.compat.LegacyUnit.PER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.BillingUnit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LegacyUnitTest {

    private static final Map<LegacyUnit, BigDecimal> UNITS_A_PRICE_IS_FOR = Map.of(
            PER_TOKEN, BigDecimal.ONE,
            PER_THOUSAND, new BigDecimal("1000"),
            PER_MILLION, new BigDecimal("1000000"),
            PER_IMAGE, BigDecimal.ONE,
            PER_REQUEST, BigDecimal.ONE);

    @Test
    void everyLegacyNumberIsConvertedExactly() {
        Random random = new Random(20260119);
        for (int i = 0; i < 20_000; i++) {
            BigDecimal written = new BigDecimal(new BigInteger(1 + random.nextInt(66), random), 10);
            UNITS_A_PRICE_IS_FOR.forEach(
                    (unit, count) -> assertThat(unit.price(written).usd().multiply(count))
                            .as("%s %s", written, unit)
                            .isEqualByComparingTo(written));
        }
    }

    @Test
    void onlyPerImagePricesCountImages() {
        assertThat(PER_IMAGE.priced(LegacyColumn.IMAGE)).isEqualTo(BillingUnit.IMAGE_COUNT);
        assertThat(PER_MILLION.priced(LegacyColumn.IMAGE)).isEqualTo(BillingUnit.IMAGE);
        assertThat(PER_TOKEN.priced(LegacyColumn.PROMPT)).isEqualTo(BillingUnit.INPUT);
        assertThat(PER_TOKEN.priced(LegacyColumn.COMPLETION)).isEqualTo(BillingUnit.OUTPUT);
        assertThat(PER_REQUEST.priced(LegacyColumn.REQUEST)).isEqualTo(BillingUnit.REQUEST);
    }

    @Test
    void unitIsParsedByItsExactId() {
        for (LegacyUnit unit : LegacyUnit.values()) {
            assertThat(LegacyUnit.parse(unit.id())).isEqualTo(unit);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LegacyUnit.parse("per-1M"))
                .withMessageContainingAll("\"per-1M\"", "per-token, per-1k, per-1m, per-image, per-request");
    }
}
