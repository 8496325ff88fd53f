package io.modelpricing.cli.demo;

/** A part of the demo's story: it does something, shows it, and claims what it can prove. */
interface DemoChapter {

    String title();

    void tell(DemoStage stage);
}
