package io.modelpricing.compat;

/** What a model means whose legacy prices are all zero: the legacy columns could not tell. */
public enum Zero {
    /** It costs nothing. */
    FREE("free"),
    /** Nobody knows what it costs. */
    UNKNOWN("unknown");

    private final String id;

    Zero(String id) {
        this.id = id;
    }

    /**
     * Returns the meaning of a name as the command line writes it.
     *
     * @param id {@code free} or {@code unknown}
     * @return the meaning
     * @throws IllegalArgumentException if it is neither
     */
    public static Zero of(String id) {
        for (Zero zero : values()) {
            if (zero.id.equals(id)) {
                return zero;
            }
        }
        throw new IllegalArgumentException("\"" + id + "\" says nothing about zeros; there are free, unknown");
    }

    /**
     * Returns the name that the command line uses.
     *
     * @return {@code free} or {@code unknown}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
