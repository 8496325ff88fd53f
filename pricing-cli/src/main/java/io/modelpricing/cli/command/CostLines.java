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
import io.modelpricing.cli.output.Secrets;
import io.modelpricing.jooq.InvalidPriceException;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers JSON lines of usages with JSON lines of costs, in the same order. Reads the prices of many lines at once. */
final class CostLines {

    private static final int BATCH = 1000;
    private static final int LONGEST_LINE = 1 << 20;
    private static final List<String> NAMES = List.of("provider", "model", "usage", "at");

    private final Session session;
    private final Secrets secrets;
    private final @Nullable Instant defaultAt;

    CostLines(Session session, Secrets secrets, @Nullable Instant defaultAt) {
        this.session = session;
        this.secrets = secrets;
        this.defaultAt = defaultAt;
    }

    /** A well-formed input line. */
    private record Question(
            ModelReference model, Usage usage, @Nullable Instant at) {}

    /** An input line: a question, or the failure to read it. */
    private record Line(
            @Nullable Question question, @Nullable Failure failure) {}

    /** The current price of a model, or the failure to read it. */
    private record CurrentPrice(
            @Nullable ModelPricing price, @Nullable Failure failure) {}

    /** The key of a price at an instant. */
    private record PriceAt(ModelId model, Instant at) {}

    /** Answers all lines, and returns the most severe exit code of a line. */
    ExitCode answer(InputStream in, PrintWriter out) throws IOException {
        InputStream buffered = new BufferedInputStream(in, 1 << 16);
        ExitCode worst = ExitCode.DONE;
        List<Line> batch = new ArrayList<>();
        int number = 0;
        for (Optional<byte[]> text = next(buffered); text.isPresent(); text = next(buffered)) {
            batch.add(line(text.get(), ++number));
            // An interactive client waits for this answer before it sends the next line.
            if (batch.size() == BATCH || buffered.available() == 0) {
                worst = worst.worse(answer(batch, out));
                batch.clear();
            }
        }
        return worst.worse(answer(batch, out));
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
        Instant now = session.now();
        Map<ModelId, CurrentPrice> prices = currentPrices(current);
        Map<PriceAt, Optional<ModelPricing>> pastPrices = new HashMap<>();
        ExitCode worst = ExitCode.DONE;
        for (Line line : lines) {
            ObjectNode answer;
            try {
                Question question = line.question();
                if (question == null) {
                    throw Objects.requireNonNull(line.failure());
                }
                CostReport cost = CostReport.of(
                        price(question, ids, prices, pastPrices).quote(),
                        question.usage(),
                        question.at() == null ? now : question.at());
                worst = worst.worse(cost.exitCode());
                answer = cost.json();
            } catch (Failure e) {
                if (e.exitCode() == ExitCode.DATABASE) {
                    throw e;
                }
                worst = worst.worse(e.exitCode());
                answer = e.json(secrets);
            }
            out.println(Json.write(answer));
        }
        out.flush();
        if (out.checkError()) {
            throw Failure.database(
                    "output_closed",
                    "standard output was closed before the last answer",
                    "read all answers before closing the output",
                    null);
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

    /** Returns the prices of the models that exist. If one of them is not valid, each is read alone. */
    private Map<ModelId, CurrentPrice> currentPrices(Set<ModelId> models) {
        Map<ModelId, CurrentPrice> prices = new HashMap<>();
        if (models.isEmpty()) {
            return prices;
        }
        try {
            session.prices().findAll(models).forEach((id, price) -> prices.put(id, new CurrentPrice(price, null)));
        } catch (InvalidPriceException atLeastOne) {
            for (ModelId id : models) {
                try {
                    session.prices().find(id).ifPresent(price -> prices.put(id, new CurrentPrice(price, null)));
                } catch (InvalidPriceException e) {
                    prices.put(id, new CurrentPrice(null, invalid(e)));
                }
            }
        }
        return prices;
    }

    private static Failure invalid(InvalidPriceException e) {
        return Failure.refused(
                "invalid_price",
                String.valueOf(e.getMessage()),
                "write the price of this model again with: pricing set",
                e);
    }

    private Optional<ModelPricing> findAt(PriceAt past) {
        try {
            return session.prices().findAt(past.model(), past.at());
        } catch (InvalidPriceException e) {
            throw invalid(e);
        }
    }

    private ModelPricing price(
            Question question,
            Map<ModelReference, ModelId> ids,
            Map<ModelId, CurrentPrice> prices,
            Map<PriceAt, Optional<ModelPricing>> pastPrices) {
        Instant at = question.at();
        ModelId id = ids.get(question.model());
        if (at != null) {
            ModelId found = id == null
                    ? session.models().requireEvenIfDeleted(question.model()).id()
                    : id;
            return pastPrices
                    .computeIfAbsent(new PriceAt(found, at), this::findAt)
                    .orElseThrow(() -> session.models().unknown(question.model()));
        }
        CurrentPrice current = id == null ? null : prices.get(id);
        if (current == null) {
            throw session.models().unknown(question.model());
        }
        if (current.price() == null) {
            throw Objects.requireNonNull(current.failure());
        }
        return current.price();
    }

    private Line line(byte[] text, int number) {
        try {
            return new Line(question(text), null);
        } catch (Failure e) {
            return malformed(number, e.kind(), e.getMessage(), e.remedy());
        } catch (IllegalArgumentException e) {
            return malformed(
                    number,
                    "malformed_line",
                    String.valueOf(e.getMessage()),
                    "write one line such as {\"provider\":…,\"model\":…,\"usage\":{…},\"at\":…}");
        }
    }

    private static Line malformed(int number, String kind, String problem, String remedy) {
        return new Line(null, Failure.usage(kind, "line " + number + ": " + problem, remedy));
    }

    private Question question(byte[] text) {
        if (text.length > LONGEST_LINE) {
            throw new IllegalArgumentException("the line is longer than " + LONGEST_LINE + " bytes");
        }
        JsonNode json = Json.read(text);
        if (!json.isObject()) {
            throw new IllegalArgumentException("the line is not a JSON object");
        }
        json.fieldNames().forEachRemaining(name -> {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" is not a known name; expected one of " + String.join(", ", NAMES));
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
                UsageFormat.parse(usage),
                at == null ? defaultAt : InstantFormat.parse(at));
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException("\"" + name + "\" is not a string: " + value);
        }
        return value.textValue();
    }

    /** Returns the next line, cut after {@value #LONGEST_LINE} bytes; empty at the end of the input. */
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
