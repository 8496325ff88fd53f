package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.StepResult;
import java.io.PrintWriter;

/** What a step did that drops the legacy columns or brings them back, as the command line says it. */
record StepReport(StepResult result) {

    /** A step that had been done before is done. */
    ExitCode exitCode() {
        return result.refused().isEmpty() ? ExitCode.DONE : ExitCode.FOUND;
    }

    ObjectNode json() {
        return Json.object()
                .put("applied", result.applied())
                .put("phase", result.phase().id())
                .put("archived", result.archived())
                .put("lockMillis", result.lockMillis())
                .set("refused", new RefusalList(result.refused()).json());
    }

    void print(String done, String nothing, boolean isRehearsed, PrintWriter out) {
        if (!result.refused().isEmpty()) {
            out.println("Refused, and nothing was changed:");
            new RefusalList(result.refused()).print(out);
            return;
        }
        TextTable.printWrapped(out, "", result.applied() || isRehearsed ? done : nothing);
    }
}
