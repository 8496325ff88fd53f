package io.modelpricing.testing;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What must not outlive this JVM, closed by its shutdown hook. Being listed here also keeps it from being collected. */
final class AtExit {

    private static final IdentityHashMap<Object, Runnable> OPEN = new IdentityHashMap<>();
    private static boolean ending;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll, "throwaway-postgres-at-exit"));
    }

    private AtExit() {}

    /** Makes a thing and lists it in one step, so that an ending JVM either refuses it or waits for it and closes it. */
    static synchronized <T> T list(Supplier<T> birth, Consumer<T> close) {
        refuseWhileEnding();
        T born = birth.get();
        OPEN.put(born, () -> close.accept(born));
        return born;
    }

    static synchronized void unlist(Object closed) {
        OPEN.remove(closed);
    }

    static synchronized void refuseWhileEnding() {
        if (ending) {
            throw new IllegalStateException("The JVM is ending");
        }
    }

    private static void closeAll() {
        allAtTheEnd().forEach(Runnable::run);
    }

    private static synchronized List<Runnable> allAtTheEnd() {
        ending = true;
        return List.copyOf(OPEN.values());
    }
}
