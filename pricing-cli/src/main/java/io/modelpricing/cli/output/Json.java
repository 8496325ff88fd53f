package io.modelpricing.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/** JSON as this command line reads and writes it: money is text, an instant is ISO 8601, and no name occurs twice. */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    public static Collector<JsonNode, ?, ArrayNode> toArray() {
        return Collector.of(Json::array, ArrayNode::add, ArrayNode::addAll);
    }

    public static Collector<String, ?, ArrayNode> toTexts() {
        return Collector.of(Json::array, ArrayNode::add, ArrayNode::addAll);
    }

    public static ObjectNode counts(Map<?, Long> counts) {
        ObjectNode object = object();
        counts.forEach((key, count) -> object.put(key.toString(), count));
        return object;
    }

    /** Writes an amount in digits, without trailing zeros. */
    public static String money(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    /** Returns a row of the database with its decimals as text. */
    public static ObjectNode withMoneyAsText(JsonNode row) {
        ObjectNode text = object();
        for (Map.Entry<String, JsonNode> column : row.properties()) {
            JsonNode value = column.getValue();
            text.set(
                    column.getKey(),
                    column.getKey().matches("(price|pricing)_.*") && value.isNumber()
                            ? text.textNode(money(value.decimalValue()))
                            : value);
        }
        return text;
    }

    public static @Nullable String instant(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    public static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads one document.
     *
     * @throws IllegalArgumentException if that is not what the text is
     */
    public static JsonNode read(byte[] utf8) {
        try {
            return MAPPER.readTree(utf8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            // Bytes that are no UTF-8.
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
