package io.modelpricing.cli.demo;

import io.modelpricing.PageRequest;
import io.modelpricing.PricingType;

/** The new tables beside the legacy columns, made by the very command that operators run. */
final class ExpandChapter implements DemoChapter {

    @Override
    public String title() {
        return "Expand: the new tables, beside the old columns";
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
                        missing -> "done: all " + missing.items().size() + " models read as missing now, none as $0");
        stage.rememberRevision();
    }
}
