package io.modelpricing.cli.card;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.cli.output.Failure;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a YAML document into nodes. It reads the events of the parser, so that no tag gives a value a type and no alias
 * repeats a node.
 */
final class YamlReader {

    /** The mapping of a card, its list of rates, and the mapping of a rate. */
    private static final int MAX_DEPTH = 3;

    private final CardSource source;
    private final Iterator<Event> events;
    private int line = 1;

    private YamlReader(CardSource source, String text) {
        this.source = source;
        events = new Parse(LoadSettings.builder().build()).parseString(text).iterator();
    }

    /**
     * Reads a document.
     *
     * @throws Failure if the bytes are not exactly one YAML document in UTF-8, or it has anchors, aliases, tags,
     *     duplicate keys or more levels than a card
     */
    static YamlNode read(CardSource source, byte[] utf8) {
        return new YamlReader(source, text(source, utf8)).document();
    }

    private static String text(CardSource source, byte[] utf8) {
        ByteBuffer bytes = ByteBuffer.wrap(utf8);
        CharBuffer text = CharBuffer.allocate(utf8.length);
        CharsetDecoder decoder = UTF_8.newDecoder();
        CoderResult result = decoder.decode(bytes, text, true);
        if (result.isError()) {
            throw source.failure(
                    1 + lineBreaks(new String(utf8, 0, bytes.position(), UTF_8)),
                    "the text is not valid UTF-8",
                    "save the file in UTF-8");
        }
        String decoded = text.flip().toString();
        int invalid = 0;
        while (invalid < decoded.length() && StreamReader.isPrintable(decoded.codePointAt(invalid))) {
            invalid += Character.charCount(decoded.codePointAt(invalid));
        }
        if (invalid < decoded.length()) {
            throw source.failure(
                    1 + lineBreaks(decoded.substring(0, invalid)),
                    String.format(
                            Locale.ROOT,
                            "a card must not contain the control character U+%04X",
                            decoded.codePointAt(invalid)),
                    "remove the character");
        }
        return decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded;
    }

    private static int lineBreaks(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    private YamlNode document() {
        next();
        YamlNode root = next() instanceof DocumentStartEvent ? node(next(), 1) : new YamlNode.Text(1, "");
        if (root instanceof YamlNode.Text text && text.value().isEmpty()) {
            throw source.failure(
                    1, "the card is empty", "write the rates, as pricing show MODEL --card prints those of a model");
        }
        next();
        if (next() instanceof DocumentStartEvent) {
            throw source.failure(line, "a second document begins; a card is one document", "remove the line ---");
        }
        return root;
    }

    /** Returns the next event, and remembers its line. */
    private Event next() {
        try {
            Event event = events.next();
            line = event.getStartMark().map(YamlReader::line).orElse(line);
            return event;
        } catch (MarkedYamlEngineException e) {
            List<Integer> lines = Stream.of(e.getContextMark(), e.getProblemMark())
                    .flatMap(Optional::stream)
                    .map(YamlReader::line)
                    .toList();
            throw source.failure(
                    lines.isEmpty() ? List.of(line) : lines,
                    "the YAML cannot be read: "
                            + (e.getContext() == null ? "" : e.getContext() + ": ")
                            + e.getProblem(),
                    "correct the line; pricing show MODEL --card prints an example");
        } catch (YamlEngineException e) {
            throw source.failure(
                    line,
                    "the YAML cannot be read: " + e.getMessage(),
                    "correct the line; pricing show MODEL --card prints an example");
        }
    }

    private static int line(Mark mark) {
        return mark.getLine() + 1;
    }

    private YamlNode node(Event event, int depth) {
        int start = line;
        if (event instanceof AliasEvent) {
            throw source.failure(start, "a card must not contain an alias (*)", "repeat the value");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw source.failure(
                    start, "a card must not contain an anchor (&)", "remove it, and repeat the value where it is used");
        }
        Optional<String> tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent collection ? collection.getTag() : Optional.empty();
        if (tag.isPresent()) {
            throw source.failure(
                    start,
                    "a card must not contain a tag, but has " + Failure.shown(tag.get()),
                    "remove the tag; every value is text");
        }
        if (event instanceof ScalarEvent scalar) {
            return new YamlNode.Text(start, scalar.getValue());
        }
        if (depth > MAX_DEPTH) {
            throw source.failure(
                    start,
                    "a list or a mapping is nested too deeply; expected text, such as price: 1.25 per 1m",
                    "write the value as text");
        }
        return event instanceof MappingStartEvent ? mapping(start, depth) : items(start, depth);
    }

    private YamlNode items(int start, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event event = next(); !(event instanceof SequenceEndEvent); event = next()) {
            items.add(node(event, depth + 1));
        }
        return new YamlNode.Items(start, items);
    }

    private YamlNode mapping(int start, int depth) {
        Map<String, YamlNode.Field> fields = new LinkedHashMap<>();
        for (Event event = next(); !(event instanceof MappingEndEvent); event = next()) {
            YamlNode key = node(event, depth + 1);
            if (!(key instanceof YamlNode.Text text)) {
                throw source.failure(key.line(), "a key must be text, but is " + key.kind(), "write a name as the key");
            }
            YamlNode.Field earlier = fields.get(text.value());
            if (earlier != null) {
                throw source.failure(
                        List.of(earlier.line(), text.line()),
                        Failure.shown(text.value()) + " is given twice; expected each key once",
                        "remove one of them");
            }
            fields.put(text.value(), new YamlNode.Field(text.line(), text.value(), node(next(), depth + 1)));
        }
        return new YamlNode.Mapping(start, Collections.unmodifiableMap(fields));
    }
}
