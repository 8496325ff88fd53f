package io.modelpricing.testing;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Resources that the shutdown hook of this JVM closes. The registry also references them strongly, so that they are not
 * garbage collected while they are open.
 */
final class AtExit {

    private static final IdentityHashMap<Object, Runnable> OPEN = new IdentityHashMap<>();
    private static boolean shuttingDown;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll, "throwaway-postgres-at-exit"));
    }

    private AtExit() {}

    /**
     * Creates a resource and registers it atomically: during shutdown, this method throws, or the shutdown hook waits
     * for it and closes the resource.
     */
    static synchronized <T> T register(Supplier<T> factory, Consumer<T> close) {
        refuseDuringShutdown();
        T resource = factory.get();
        OPEN.put(resource, () -> close.accept(resource));
        return resource;
    }

    static synchronized void unregister(Object closed) {
        OPEN.remove(closed);
    }

    static synchronized void refuseDuringShutdown() {
        if (shuttingDown) {
            throw new IllegalStateException("the JVM is shutting down; a throwaway PostgreSQL cannot be started now");
        }
    }

    private static void closeAll() {
        beginShutdown().forEach(Runnable::run);
    }

    private static synchronized List<Runnable> beginShutdown() {
        shuttingDown = true;
        return List.copyOf(OPEN.values());
    }
}
