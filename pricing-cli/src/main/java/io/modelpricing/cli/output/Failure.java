package io.modelpricing.cli.output;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.compat.NotAppliedException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The reason why a command failed, and what to do about it. */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The maximum number of characters of a message, which a server can make any length. */
    private static final int MAX_MESSAGE = 10_000;

    /** The maximum number of characters of a value that a message shows. */
    private static final int MAX_SHOWN = 100;

    private final String kind;
    private final String remedy;
    private final ExitCode exitCode;

    private Failure(ExitCode exitCode, String kind, String message, String remedy, @Nullable Throwable cause) {
        super(cut(message), cause);
        this.exitCode = exitCode;
        this.kind = kind;
        this.remedy = cut(remedy);
    }

    private static String cut(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
    }

    public static Failure usage(String kind, String message, String remedy) {
        return new Failure(ExitCode.USAGE, kind, message, remedy, null);
    }

    public static Failure refused(String kind, String message, String remedy) {
        return new Failure(ExitCode.NEGATIVE, kind, message, remedy, null);
    }

    public static Failure refused(String kind, String message, String remedy, Throwable cause) {
        return new Failure(ExitCode.NEGATIVE, kind, message, remedy, cause);
    }

    public static Failure database(String kind, String message, String remedy, @Nullable Throwable cause) {
        return new Failure(ExitCode.DATABASE, kind, message, remedy, cause);
    }

    /**
     * Returns the result of a check of an option.
     *
     * @throws Failure if the check throws an {@link IllegalArgumentException}
     */
    public static <T> T requireUsage(Supplier<T> check, String remedy) {
        try {
            return check.get();
        } catch (IllegalArgumentException e) {
            throw usage("usage", String.valueOf(e.getMessage()), remedy);
        }
    }

    /**
     * Checks a number of hours or days that an option gives: from 1 to those of 100 years.
     *
     * @throws Failure if it is another number
     */
    public static void requirePeriod(String option, int number, int inHundredYears, String remedy) {
        if (number < 1 || number > inHundredYears) {
            throw usage(
                    "usage",
                    option + " must be from 1 to " + inHundredYears + " (100 years), but was " + number,
                    remedy);
        }
    }

    /** Returns a value in quotes, shortened so that a message stays readable. */
    public static String shown(String value) {
        return '"' + shortened(value) + '"';
    }

    /** Returns at most the first {@value #MAX_SHOWN} characters of a value. */
    public static String shortened(String value) {
        return value.length() <= MAX_SHOWN ? value : value.substring(0, MAX_SHOWN) + "…";
    }

    /** Returns the failure that describes an exception. */
    public static Failure of(Throwable thrown) {
        if (thrown instanceof Failure failure) {
            return failure;
        }
        if (thrown instanceof NotAppliedException) {
            return refused(
                    "not_applied",
                    String.valueOf(thrown.getMessage()),
                    "run it again when these transactions have ended; completed work is kept",
                    thrown);
        }
        SQLException sql = sqlException(thrown);
        if (sql == null) {
            return database(
                    "internal",
                    String.valueOf(thrown.getMessage()),
                    "run it again with --verbose and report the stack trace",
                    thrown);
        }
        String state = String.valueOf(sql.getSQLState());
        String message = serverMessage(sql);
        return switch (state) {
            case "42P01", "42703" ->
                refused("tables_missing", message, "bring the tables up to date with: pricing expand", thrown);
            case "2BP01" ->
                refused(
                        "refused",
                        message + serverDetail(sql),
                        serverHint(sql, "drop or rewrite these objects first"),
                        thrown);
            case "42501" ->
                database(
                        "not_allowed",
                        message,
                        "connect as a role that has the privilege; see: pricing grants --help",
                        thrown);
            case "40001", "40P01", "55P03", "57014" ->
                database("busy", message, "a concurrent transaction caused a conflict; run it again", thrown);
            case "53100" ->
                database("disk_full", message, "free space on a disk of the server, then run it again", thrown);
            case "53200" ->
                database(
                        "server_out_of_memory",
                        message,
                        "reduce the load of the server or raise its memory limits, then run it again",
                        thrown);
            case "53300" ->
                database(
                        "too_many_connections",
                        message,
                        "close other connections, or raise the connection limit of the server, the database or the role",
                        thrown);
            case "53400" ->
                database(
                        "limit_exceeded",
                        message,
                        "raise the limit that the message names, such as temp_file_limit, for this role, then run it"
                                + " again",
                        thrown);
            default ->
                isConnectionLoss(state)
                        ? database(
                                "unreachable", message, "check that the server is running, then run it again", thrown)
                        : database(
                                "database_failed",
                                message,
                                serverHint(sql, "run it again with --verbose for details"),
                                thrown);
        };
    }

    public static boolean isConnectionLoss(String sqlState) {
        return sqlState.startsWith("08") || sqlState.startsWith("57P");
    }

    /** Returns the first {@link SQLException} in the chain of causes, or null. */
    public static @Nullable SQLException sqlException(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    public static String serverMessage(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        return server == null || server.getMessage() == null ? String.valueOf(e.getMessage()) : server.getMessage();
    }

    private static String serverDetail(SQLException e) {
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        return server == null || server.getDetail() == null
                ? ""
                : ": " + server.getDetail().replace("\n", "; ");
    }

    public static String serverHint(SQLException e, String otherwise) {
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        return server == null || server.getHint() == null ? otherwise : server.getHint();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public String kind() {
        return kind;
    }

    public String remedy() {
        return remedy;
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /** Returns the stack trace with masked secrets; lines of any length are cut. */
    public List<String> trace(Secrets secrets) {
        StringWriter trace = new StringWriter();
        printStackTrace(new PrintWriter(trace));
        return trace.toString().lines().map(line -> secrets.masked(cut(line))).toList();
    }

    public ObjectNode json(Secrets secrets) {
        ObjectNode error = Json.object()
                .put("kind", kind)
                .put("message", secrets.masked(getMessage()))
                .put("remedy", secrets.masked(remedy));
        return Json.object().set("error", error);
    }
}
