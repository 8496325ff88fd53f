package io.modelpricing.testing;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The environment that a server is chosen by.
 *
 * @param properties looks up a system property
 * @param variables looks up an environment variable
 * @param dockerAnswers returns whether containers can be started; slow, so called only when needed
 */
record Environment(Lookup properties, Lookup variables, BooleanSupplier dockerAnswers) {

    interface Lookup {

        /** Returns the value, or null if it is not set. */
        @Nullable
        String get(String name);
    }

    static Environment real() {
        return new Environment(System::getProperty, System::getenv, Environment::realDockerAnswers);
    }

    private static boolean realDockerAnswers() {
        ClassLoader loader = Environment.class.getClassLoader();
        return loader.getResource("org/testcontainers/postgresql/PostgreSQLContainer.class") != null
                && ContainerServer.dockerAnswers();
    }

    /** Returns the system property, or else the environment variable. Blank counts as not set. */
    @Nullable
    String setting(String property, String variable) {
        String value = property(property);
        return value != null ? value : blankIsUnset(variables.get(variable));
    }

    @Nullable
    String property(String name) {
        return blankIsUnset(properties.get(name));
    }

    private static @Nullable String blankIsUnset(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
