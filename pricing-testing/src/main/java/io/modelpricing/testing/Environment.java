package io.modelpricing.testing;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the choice of a server depends on.
 *
 * @param properties a system property by its name, null if it is not set
 * @param variables an environment variable by its name, null if it is not set
 * @param dockerAnswers whether containers can be started; asked only if that matters, since asking takes time
 */
record Environment(Lookup properties, Lookup variables, BooleanSupplier dockerAnswers) {

    interface Lookup {
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

    /** The named system property, or else the environment variable that says the same; blank counts as not set. */
    @Nullable
    String setting(String property, String variable) {
        String given = property(property);
        return given != null ? given : blankIsUnset(variables.get(variable));
    }

    @Nullable
    String property(String name) {
        return blankIsUnset(properties.get(name));
    }

    private static @Nullable String blankIsUnset(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
