package io.modelpricing;

/** What a {@link BillingUnit} counts. */
public enum Measure implements Identified {
    /** A token of a model's text, audio, image or video. */
    TOKEN("token"),
    /** An image. */
    IMAGE("image"),
    /** A pixel of an image. */
    PIXEL("pixel"),
    /** A step of a diffusion model. */
    STEP("step"),
    /** A character of text. */
    CHARACTER("character"),
    /** A millisecond of audio, of video or of a machine. */
    MILLISECOND("millisecond"),
    /** A page of a document. */
    PAGE("page"),
    /** A query: a search, a ranking or a fetch. */
    QUERY("query"),
    /** A session of a tool. */
    SESSION("session"),
    /** A credit of a provider. */
    CREDIT("credit"),
    /** A request. */
    REQUEST("request");

    private final String id;

    Measure(String id) {
        this.id = id;
    }

    /**
     * Reads the measure with an id.
     *
     * @param id for example {@code token}
     * @return the measure
     * @throws IllegalArgumentException if no measure has this id; the message lists the ids that exist
     */
    public static Measure parse(String id) {
        return Identified.parse(Measure.class, "measure", id);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
