package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Usage;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers lines of questions with lines of costs, in order. Reads the prices of many lines at once, and keeps few. */
final class CostLines {

    private static final int BATCH = 1000;
    private static final int LONGEST_LINE = 1 << 20;
    private static final Set<String> NAMES = Set.of("provider", "model", "usage", "at");

    private final Session session;
    private final @Nullable Instant defaultAt;

    CostLines(Session session, @Nullable Instant defaultAt) {
        this.session = session;
        this.defaultAt = defaultAt;
    }

    /** A line that asks for a cost. */
    private record Question(
            ModelReference model, Usage usage, @Nullable Instant at) {}

    /** A line: a question, or what is wrong with it. */
    private record Line(
            @Nullable Question question, @Nullable Failure failure) {}

    /** A price at an instant. */
    private record PriceAt(ModelId model, Instant at) {}

    /** Answers all lines, and returns the worst that can be said of one. */
    ExitCode answer(InputStream in, PrintWriter out) throws IOException {
        InputStream buffered = new BufferedInputStream(in, 1 << 16);
        ExitCode worst = ExitCode.DONE;
        List<Line> batch = new ArrayList<>();
        int number = 0;
        for (Optional<byte[]> text = next(buffered); text.isPresent(); text = next(buffered)) {
            batch.add(line(text.get(), ++number));
            // Whoever asks line by line waits for the answer before the next question.
            if (batch.size() == BATCH || buffered.available() == 0) {
                worst = worst.or(answer(batch, out));
                batch.clear();
            }
        }
        return worst.or(answer(batch, out));
    }

    private ExitCode answer(List<Line> lines, PrintWriter out) {
        Map<ModelReference, ModelId> ids = ids(lines);
        Set<ModelId> current = new HashSet<>();
        for (Line line : lines) {
            if (line.question() != null && line.question().at() == null) {
                ModelId id = ids.get(line.question().model());
                if (id != null) {
                    current.add(id);
                }
            }
        }
        Map<ModelId, ModelPricing> prices =
                current.isEmpty() ? Map.of() : session.prices().findAll(current);
        Map<PriceAt, Optional<ModelPricing>> pastPrices = new HashMap<>();
        ExitCode worst = ExitCode.DONE;
        for (Line line : lines) {
            ObjectNode answer;
            try {
                Question question = line.question();
                if (question == null) {
                    throw java.util.Objects.requireNonNull(line.failure());
                }
                CostReport cost =
                        CostReport.of(price(question, ids, prices, pastPrices).quote(), question.usage());
                worst = worst.or(cost.exitCode());
                answer = cost.json();
            } catch (Failure e) {
                if (e.exitCode() == ExitCode.DATABASE) {
                    throw e;
                }
                worst = worst.or(e.exitCode());
                answer = e.json();
            }
            out.println(Json.write(answer));
        }
        out.flush();
        if (out.checkError()) {
            throw Failure.database(
                    "output_closed", "nobody reads the answers any more", "read them to their end", null);
        }
        return worst;
    }

    private Map<ModelReference, ModelId> ids(List<Line> lines) {
        Map<ModelReference, ModelId> ids = new HashMap<>();
        Map<ProviderModelId, ModelReference> offerings = new LinkedHashMap<>();
        for (Line line : lines) {
            if (line.question() != null) {
                ModelReference name = line.question().model();
                if (name instanceof ModelReference.Id byId) {
                    ids.put(name, byId.id());
                } else if (name instanceof ModelReference.Offering offering) {
                    offerings.put(offering.id(), name);
                }
            }
        }
        if (!offerings.isEmpty()) {
            session.models().find(offerings.keySet()).forEach((offering, id) -> ids.put(offerings.get(offering), id));
        }
        return ids;
    }

    private ModelPricing price(
            Question question,
            Map<ModelReference, ModelId> ids,
            Map<ModelId, ModelPricing> prices,
            Map<PriceAt, Optional<ModelPricing>> pastPrices) {
        Instant at = question.at();
        ModelId id = ids.get(question.model());
        if (at != null) {
            ModelId ever =
                    id == null ? session.models().requireEver(question.model()).id() : id;
            return pastPrices
                    .computeIfAbsent(
                            new PriceAt(ever, at), past -> session.prices().findAt(past.model(), past.at()))
                    .orElseThrow(() -> session.models().unknown(question.model()));
        }
        ModelPricing price = id == null ? null : prices.get(id);
        if (price == null) {
            throw session.models().unknown(question.model());
        }
        return price;
    }

    private Line line(byte[] text, int number) {
        try {
            return new Line(question(text), null);
        } catch (Failure e) {
            return new Line(null, e);
        } catch (IllegalArgumentException e) {
            return new Line(
                    null,
                    Failure.usage(
                            "malformed_line",
                            "line " + number + ": " + e.getMessage(),
                            "write {\"provider\":…,\"model\":…,\"usage\":{…},\"at\":…} in one line"));
        }
    }

    private Question question(byte[] text) {
        if (text.length > LONGEST_LINE) {
            throw new IllegalArgumentException("it is longer than " + LONGEST_LINE + " bytes");
        }
        JsonNode json = Json.read(text);
        if (!json.isObject()) {
            throw new IllegalArgumentException("it is no JSON object");
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("\"" + name + "\" is not known");
            }
        });
        String model = text(json, "model");
        JsonNode usage = json.get("usage");
        if (model == null || usage == null) {
            throw new IllegalArgumentException((model == null ? "\"model\"" : "\"usage\"") + " is missing");
        }
        String at = text(json, "at");
        return new Question(
                ModelReference.of(text(json, "provider"), model),
                UsageFormat.ofJson(usage),
                at == null ? defaultAt : InstantFormat.parse(at));
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException("\"" + name + "\" is no text, but " + value);
        }
        return value.textValue();
    }

    /** Reads a line, of which what is too long is not kept. */
    private static Optional<byte[]> next(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return Optional.empty();
        }
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.size() <= LONGEST_LINE) {
                line.write(c);
            }
        }
        return Optional.of(line.toByteArray());
    }
}
