package io.modelpricing.jooq.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.table;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.QueryPart;
import org.jooq.SQL;

/**
 * A long SQL statement in a file of the class path, which psql runs as it is.
 *
 * <p>The file has psql's variables: {@code :'name'} is a value, {@code :name} is replaced by an expression, and
 * {@code :"schema".name} is a table or function of the pricing tables, which jOOQ's render mapping qualifies. Lines
 * {@code \set name value} give the values that psql uses; Java gives its own to {@link #bind}. A line
 * {@code \set name `cat file`} makes a variable of another file's text.
 */
public final class SqlResource {

    private static final Pattern SET = Pattern.compile("(?m)^\\\\set +(\\w+) +(?:`cat ([^`]+)`|'(.*)'|(\\S+))\n");
    private static final String SCHEMA = "\"schema\".";

    private static final Pattern TOKEN = Pattern.compile(
            "--[^\n]*" // a comment
                    + "|'(?:[^']|'')*'|\"[^\"]*\"|::" // a literal, a quoted identifier, a cast: not a variable
                    + "|:(?<variable>\"schema\"\\.\\w+|'\\w+'|[a-z]\\w*)");

    private final String file;
    private final String template;
    private final List<String> variables;
    private final Map<String, String> defaults;

    private SqlResource(String file, String template, List<String> variables, Map<String, String> defaults) {
        this.file = file;
        this.template = template;
        this.variables = variables;
        this.defaults = defaults;
    }

    /**
     * Reads a file that lies beside a class.
     *
     * @param owner the class that runs the statement
     * @param file the name of the file, for example {@code backfill.sql}
     * @return the statement
     * @throws IllegalArgumentException if the class path has no such file
     */
    public static SqlResource of(Class<?> owner, String file) {
        return of(owner, file, Map.of());
    }

    /**
     * Reads a file that lies beside a class, and takes the text of some variables from other files than the file names.
     *
     * @param owner the class that runs the statement
     * @param file the name of the file, for example {@code backfill.sql}
     * @param replacements the name of the file to read, by the name of a variable that is made of a file's text
     * @return the statement
     * @throws IllegalArgumentException if the class path has no such file
     */
    public static SqlResource of(Class<?> owner, String file, Map<String, String> replacements) {
        Map<String, String> defaults = new HashMap<>();
        String text = read(owner, file);
        Matcher set = SET.matcher(text);
        while (set.find()) {
            if (set.group(2) != null) {
                String included = read(owner, replacements.getOrDefault(set.group(1), set.group(2)));
                text = text.replaceAll(":" + set.group(1) + "\\b", Matcher.quoteReplacement(included));
            } else {
                defaults.put(
                        set.group(1),
                        set.group(3) == null ? set.group(4) : set.group(3).replace("''", "'"));
            }
        }
        text = SET.matcher(text).replaceAll("").strip().replaceFirst(";$", "");
        List<String> variables = new ArrayList<>();
        StringBuilder template = new StringBuilder();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String variable = token.group("variable");
            if (variable == null) {
                String kept = token.group().startsWith("--") ? "" : token.group();
                token.appendReplacement(template, Matcher.quoteReplacement(kept));
                continue;
            }
            if (!variables.contains(variable)) {
                variables.add(variable);
            }
            token.appendReplacement(template, "{" + variables.indexOf(variable) + "}");
        }
        token.appendTail(template);
        return new SqlResource(file, template.toString(), List.copyOf(variables), Map.copyOf(defaults));
    }

    private static String read(Class<?> owner, String file) {
        try (InputStream in = owner.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "\"" + file + "\" is not on the class path beside " + owner.getName() + "; add it there");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the statement with values for its variables.
     *
     * @param values what replaces each variable of the file but {@code schema}: a bind value, a literal or an
     *     expression
     * @return the statement, without comments
     * @throws IllegalArgumentException if a variable has no value, or a value has no variable
     */
    public SQL bind(Map<String, ? extends QueryPart> values) {
        Set<String> expected = new TreeSet<>();
        variables.stream()
                .filter(variable -> !variable.startsWith(SCHEMA))
                .forEach(variable -> expected.add(id(variable)));
        if (!expected.equals(values.keySet())) {
            throw new IllegalArgumentException("the values given to " + file + " are " + new TreeSet<>(values.keySet())
                    + "; expected one for each of its variables, " + expected);
        }
        return sql(
                template,
                variables.stream()
                        .map(variable -> variable.startsWith(SCHEMA)
                                ? table(name(variable.substring(SCHEMA.length())))
                                : values.get(id(variable)))
                        .toArray(QueryPart[]::new));
    }

    /**
     * Returns the statement with the values of its {@code \set} lines, as psql runs it.
     *
     * @return the statement, without comments
     */
    public SQL withDefaults() {
        return bind(variables.stream()
                .filter(variable -> !variable.startsWith(SCHEMA))
                .distinct()
                .collect(toMap(
                        SqlResource::id,
                        variable -> variable.startsWith("'")
                                ? inline(defaults.get(id(variable)))
                                : sql(defaults.get(id(variable))),
                        (a, b) -> a)));
    }

    private static String id(String variable) {
        return variable.replace("'", "");
    }
}
