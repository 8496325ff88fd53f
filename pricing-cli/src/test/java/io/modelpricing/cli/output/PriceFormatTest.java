package io.modelpricing.cli.output;

import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PriceFormatTest {

    private static final Price ONE = Price.perMillion("1");
    private static final Price TWO = Price.perMillion("2");

    private static String brief(Rate... rates) {
        return PriceFormat.brief(new Pricing.Paid(RateCard.of(rates)));
    }

    @Test
    void briefPriceBeginsWithThePricesOfAnyStandardRequest() {
        assertThat(brief(
                        Rate.of(INPUT, TWO).above(200_000),
                        Rate.of(WEB_SEARCH, TWO).ofVariant("high"),
                        Rate.chargedAs(CACHE_READ, INPUT),
                        Rate.of(OUTPUT, TWO),
                        Rate.of(INPUT, ONE)))
                .isEqualTo(
                        "input 0.000001, output 0.000002, input (from 200001) 0.000002, web_search/high 0.000002, …");
        assertThat(brief(
                        Rate.of(INPUT, TWO).in(ServiceTier.BATCH).inRegion("eu").above(9),
                        Rate.chargedAs(CACHE_READ, INPUT),
                        Rate.of(INPUT, ONE)))
                .isEqualTo("input 0.000001, input (batch eu, from 10) 0.000002, cache_read as input");
    }

    @Test
    void briefPriceNamesTheHoursOfARate() {
        Hours hours = Hours.parse(Map.of("peak", "daily 00:30-16:30", "off_peak", "daily 16:30-00:30"));

        assertThat(PriceFormat.brief(new Pricing.Paid(RateCard.of(
                        hours,
                        List.of(
                                Rate.of(INPUT, ONE).during("off_peak"),
                                Rate.of(INPUT, TWO).during("peak"),
                                Rate.of(OUTPUT, TWO))))))
                .isEqualTo("output 0.000002, input (off_peak) 0.000001, input (peak) 0.000002");
    }

    @Test
    void priceIsShownForTheQuantityThatPriceListsQuote() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        PriceFormat.print(
                new Pricing.Paid(RateCard.of(
                        Rate.of(BillingUnit.parse("image_output_count"), Price.perUnit("0.04")),
                        Rate.of(INPUT, TWO).inRegion("eu"))),
                out);
        out.flush();

        assertThat(text.toString())
                .containsPattern("unit +terms +requests +USD per unit +as quoted")
                .containsPattern("image_output_count +standard +all +0\\.04 +0\\.04 per image")
                .containsPattern("input +standard eu +all +0\\.000002 +2 per 1m");
    }
}
