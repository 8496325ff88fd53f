package io.modelpricing.cli.demo;

/** A chapter of the demo: it runs some steps, prints their results, and makes claims that are checked. */
interface DemoChapter {

    String title();

    void tell(DemoStage stage);
}
