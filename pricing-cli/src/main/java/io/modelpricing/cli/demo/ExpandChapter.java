package io.modelpricing.cli.demo;

import io.modelpricing.PageRequest;
import io.modelpricing.PricingType;

/** Creates the pricing tables beside the legacy columns, by the command that an operator runs. */
final class ExpandChapter implements DemoChapter {

    @Override
    public String title() {
        return "Expand: new tables beside the legacy columns";
    }

    @Override
    public void tell(DemoStage stage) {
        stage.page()
                .step(
                        "Running \"pricing expand\"",
                        () -> {
                            stage.command("expand");
                            return stage.prices().list(PricingType.MISSING, PageRequest.first(Integer.MAX_VALUE));
                        },
                        missing -> "done: all " + missing.items().size() + " models read as missing, none as $0");
        stage.rememberRevision();
    }
}
