package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.StepResult;
import java.io.PrintWriter;

/** The result of contract or rollback, as text and as JSON. */
record StepReport(StepResult result) {

    /** Returns {@link ExitCode#DONE} unless the step was refused; a step that was done before is not refused. */
    ExitCode exitCode() {
        return result.refused().isEmpty() ? ExitCode.DONE : ExitCode.NEGATIVE;
    }

    ObjectNode json() {
        return Json.object()
                .put("applied", result.applied())
                .put("phase", result.phase().id())
                .put("archived", result.archived())
                .put("lockMillis", result.lockDuration().toMillis())
                .set("refused", new RefusalList(result.refused()).json());
    }

    void print(String done, String nothing, boolean isRehearsed, PrintWriter out) {
        if (!result.refused().isEmpty()) {
            out.println("Refused; nothing was changed:");
            new RefusalList(result.refused()).print(out);
            return;
        }
        TextTable.printWrapped(out, "", result.applied() || isRehearsed ? done : nothing);
    }
}
