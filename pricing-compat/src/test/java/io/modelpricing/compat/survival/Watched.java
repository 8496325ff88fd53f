package io.modelpricing.compat.survival;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Parser;

/**
 * A data source that notifies an observer before and after every statement and commit. A script is sent statement by
 * statement, so that the observer sees each of them.
 */
final class Watched {

    private Watched() {}

    /** An observer, which may use the connection or throw. */
    interface Observer {

        /** Called before a statement or commit. */
        void before(Connection connection, String sql, boolean commits) throws SQLException;

        /** Called after a statement or commit that succeeded. */
        void after(Connection connection, String sql, boolean commits) throws SQLException;
    }

    static DataSource watched(DataSource real, Observer observer) {
        return proxy(DataSource.class, (method, args) -> {
            Object answer = call(real, method, args);
            return answer instanceof Connection connection ? connection(connection, observer) : answer;
        });
    }

    /** A data source without a pool. The driver's own needs a module that these tests do not read. */
    static DataSource dataSource(String url, String user, String password) {
        return proxy(DataSource.class, (method, args) -> {
            if (!method.getName().equals("getConnection")) {
                throw new UnsupportedOperationException(method.getName());
            }
            return DriverManager.getConnection(url, user, password);
        });
    }

    private static Connection connection(Connection real, Observer observer) {
        return proxy(Connection.class, (method, args) -> switch (method.getName()) {
            case "commit" -> observed(real, "commit", true, observer, () -> call(real, method, args));
            // Enabling auto-commit commits the transaction.
            case "setAutoCommit" ->
                args != null && Boolean.TRUE.equals(args[0]) && !real.getAutoCommit() && isOpen(real)
                        ? observed(real, "commit", true, observer, () -> call(real, method, args))
                        : call(real, method, args);
            case "createStatement" ->
                statement(Statement.class, (Statement) call(real, method, args), "", real, observer);
            case "prepareStatement" ->
                statement(
                        PreparedStatement.class,
                        (PreparedStatement) call(real, method, args),
                        (String) args[0],
                        real,
                        observer);
            default -> call(real, method, args);
        });
    }

    private static boolean isOpen(Connection real) throws SQLException {
        return real.unwrap(org.postgresql.core.BaseConnection.class).getTransactionState()
                != org.postgresql.core.TransactionState.IDLE;
    }

    private static <T extends Statement> T statement(
            Class<T> type, T real, String prepared, Connection connection, Observer observer) {
        return proxy(type, (method, args) -> {
            if (!method.getName().startsWith("execute")) {
                return call(real, method, args);
            }
            String sql = args == null || !(args[0] instanceof String given) ? prepared : given;
            if (method.getName().equals("execute") && args != null && args.length == 1) {
                List<String> parts = parts(sql);
                for (String part : parts.subList(0, parts.size() - 1)) {
                    observed(connection, part, connection.getAutoCommit(), observer, () -> real.execute(part));
                }
                String last = parts.get(parts.size() - 1);
                return observed(connection, last, connection.getAutoCommit(), observer, () -> real.execute(last));
            }
            return observed(connection, sql, connection.getAutoCommit(), observer, () -> call(real, method, args));
        });
    }

    /** Returns the statements of a script. */
    private static List<String> parts(String sql) throws SQLException {
        List<String> parts = Parser.parseJdbcSql(sql, true, false, true, false, true).stream()
                .map(query -> query.nativeSql)
                .filter(part -> !part.isBlank())
                .toList();
        return parts.size() < 2 ? List.of(sql) : parts;
    }

    private interface Work {
        @Nullable
        Object run() throws SQLException;
    }

    private static @Nullable Object observed(
            Connection connection, String sql, boolean commits, Observer observer, Work work) throws SQLException {
        observer.before(connection, sql, commits);
        Object answer = work.run();
        observer.after(connection, sql, commits);
        return answer;
    }

    private interface Handler {
        @Nullable
        Object handle(Method method, Object[] args) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        InvocationHandler invoked = (proxy, method, args) -> handler.handle(method, args);
        return type.cast(Proxy.newProxyInstance(Watched.class.getClassLoader(), new Class<?>[] {type}, invoked));
    }

    private static @Nullable Object call(Object real, Method method, Object @Nullable [] args) throws SQLException {
        try {
            return method.invoke(real, args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
