package io.modelpricing.cli.demo;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.impl.DSL;

/**
 * Generated chat requests of one month, reproducible by seed. Token counts are log-normal, the first models of each
 * provider are used most, some requests fail and some are partial.
 */
final class DemoTraffic {

    private static final int DAYS = 30;
    private static final double MEDIAN_INPUT = 900;
    private static final double MEDIAN_OUTPUT = 260;
    private static final double SPREAD_INPUT = 1.5;
    private static final double SPREAD_OUTPUT = 1.0;
    private static final double FAILED = 0.03;
    private static final double PARTIAL = 0.01;

    private final Random random;
    private final List<DemoData.Offering> offerings;

    /** The upper bound of each offering's share of the traffic, from 0 to 1. */
    private final double[] shares;

    DemoTraffic(long seed, List<DemoData.Offering> all) {
        random = new Random(seed);
        offerings = all.stream().filter(DemoData.Offering::isActive).toList();
        shares = new double[offerings.size()];
        Map<String, Integer> ranks = new HashMap<>();
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += 1.0 / ranks.merge(offerings.get(i).id().provider(), 1, Integer::sum);
            shares[i] = sum;
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= sum;
        }
    }

    /** Returns a statement that inserts a number of requests without a cost. */
    Query insert(DSLContext ctx, int number) {
        String[] providers = new String[number];
        String[] models = new String[number];
        Integer[] inputs = new Integer[number];
        Integer[] outputs = new Integer[number];
        String[] statuses = new String[number];
        Integer[] ages = new Integer[number];
        for (int i = 0; i < number; i++) {
            DemoData.Offering offering = next();
            boolean answersInTokens = offering.modality().contains("->text");
            int room = offering.contextLength() == null ? 1000 : offering.contextLength();
            int output = answersInTokens ? tokens(MEDIAN_OUTPUT, SPREAD_OUTPUT, room / 2) : 0;
            int input = tokens(MEDIAN_INPUT, SPREAD_INPUT, room - output);
            double fate = random.nextDouble();
            boolean failed = fate < FAILED;
            boolean partial = !failed && fate < FAILED + PARTIAL;
            providers[i] = offering.id().provider();
            models[i] = offering.id().modelId();
            inputs[i] = failed ? 0 : input;
            outputs[i] = failed ? 0 : partial ? output / 2 : output;
            statuses[i] = failed ? "failed" : partial ? "partial" : "completed";
            ages[i] = random.nextInt(DAYS * 24 * 60 * 60);
        }
        return ctx.query(
                """
                insert into chat_completion_requests (
                    request_id, model_id, input_tokens, output_tokens, processing_time_ms, status, error_message, created_at)
                select
                    'demo-' || r.number, m.id, r.input, r.output, 180 + 9 * r.output, r.status,
                    case r.status when 'failed' then 'the provider did not answer' end, now() - make_interval(secs => r.age)
                from unnest({0}, {1}, {2}, {3}, {4}, {5})
                    with ordinality as r (provider, model, input, output, status, age, number)
                join providers p on p.slug = r.provider
                join models m on m.provider_id = p.id and m.provider_model_id = r.model
                """,
                DSL.val(providers),
                DSL.val(models),
                DSL.val(inputs),
                DSL.val(outputs),
                DSL.val(statuses),
                DSL.val(ages));
    }

    private DemoData.Offering next() {
        int found = Arrays.binarySearch(shares, random.nextDouble());
        return offerings.get(Math.min(found < 0 ? -found - 1 : found, shares.length - 1));
    }

    private int tokens(double median, double spread, int most) {
        double tokens = median * StrictMath.exp(spread * random.nextGaussian());
        return (int) Math.max(1, Math.min(tokens, most));
    }
}
