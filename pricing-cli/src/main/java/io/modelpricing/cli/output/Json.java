package io.modelpricing.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.TextRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collector;
import org.jspecify.annotations.Nullable;

/** The JSON format of this command line: money is text, instants are ISO 8601, duplicate names are rejected. */
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

    /** Returns an amount in plain digits, without trailing zeros. */
    public static String money(BigDecimal amount) {
        return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
    }

    /** Returns a table row with the numbers of its price columns as text. */
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

    /** Returns one line, in which control and format characters are escaped. */
    public static String write(JsonNode node) {
        try {
            // Such characters occur in strings only, where JSON has the same escapes.
            return TextRule.escaped(MAPPER.writeValueAsString(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Parses one document.
     *
     * @throws IllegalArgumentException if the bytes are not one JSON document
     */
    public static JsonNode read(byte[] utf8) {
        try {
            return MAPPER.readTree(utf8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        } catch (IOException e) {
            // The bytes are not valid UTF-8.
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
