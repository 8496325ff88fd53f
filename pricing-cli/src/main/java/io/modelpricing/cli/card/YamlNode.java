package io.modelpricing.cli.card;

import java.util.List;
import java.util.Map;

/**
 * A part of a YAML document with the line that it begins on. A scalar is text as it is written: {@code 1.10} keeps its
 * digits, and {@code no} is not a boolean.
 */
sealed interface YamlNode {

    int line();

    /** Returns what this node is, for a message. */
    String kind();

    /** A scalar. */
    record Text(int line, String value) implements YamlNode {

        @Override
        public String kind() {
            return "text";
        }
    }

    /** A list. */
    record Items(int line, List<YamlNode> items) implements YamlNode {

        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A mapping with its fields by key, in the order of the document. */
    record Mapping(int line, Map<String, Field> fields) implements YamlNode {

        @Override
        public String kind() {
            return "a mapping";
        }
    }

    /** The value of a key, and the line that the key is on. */
    record Field(int line, String key, YamlNode value) {}
}
