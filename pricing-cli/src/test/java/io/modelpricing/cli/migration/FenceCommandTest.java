package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FenceCommandTest {

    private TestDatabase database;
    private String role;

    @BeforeEach
    void start() {
        database = TestDatabase.populated();
        role = "Old service " + database.name();
        database.run("create role \"" + role + "\" login", "grant select, update on models to \"" + role + "\"");
    }

    @AfterEach
    void stop() {
        database.run("drop owned by \"" + role + "\"", "drop role \"" + role + "\"");
        database.close();
    }

    private String may(String column) {
        return database.answer("select has_column_privilege('" + role + "', 'models', '" + column + "', 'select')");
    }

    @Test
    void unfenceRestoresRevokedPrivileges() {
        String rights = database.answer("select relacl::text from pg_class where oid = 'models'::regclass");

        CommandLineRun run = database.pricing("fence", "--role", role, "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("applied").asBoolean()).isTrue();
        assertThat(run.json().path("fenced").path(0).asText()).isEqualTo("\"" + role + "\"");
        assertThat(run.json().path("untested"))
                .extracting(u -> u.path("reason").asText())
                .contains("is a superuser");
        assertThat(may("pricing_prompt")).isEqualTo("f");
        assertThat(may("model_name")).isEqualTo("t");
        assertThat(database.pricing("status", "--json").json().path("fenced").asBoolean())
                .isTrue();

        assertThat(database.pricing("unfence", "--json").json().path("applied").asBoolean())
                .isTrue();
        assertThat(may("pricing_prompt")).isEqualTo("t");
        assertThat(database.answer("select relacl::text from pg_class where oid = 'models'::regclass"))
                .isEqualTo(rights);
        assertThat(database.pricing("unfence").out()).contains("Nothing to do");
    }

    @Test
    void repeatedFenceDoesNothing() {
        database.succeeds("fence");

        CommandLineRun again = database.pricing("fence", "--json");

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.json().path("applied").asBoolean()).isFalse();
        assertThat(database.pricing("unfence", "--json").json().path("applied").asBoolean())
                .isTrue();
        assertThat(may("pricing_prompt")).isEqualTo("t");
    }

    @Test
    void roleWithAnInheritedPrivilegeIsReportedAsUntested() {
        database.run(
                "create role \"" + role + " group\"",
                "grant select on models to \"" + role + " group\"",
                "revoke all on models from \"" + role + "\"",
                "grant \"" + role + " group\" to \"" + role + "\"");
        try {
            CommandLineRun run = database.pricing("fence", "--role", role, "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("untested"))
                    .extracting(u -> u.path("role").asText())
                    .contains(role);
        } finally {
            database.run("drop owned by \"" + role + " group\"", "drop role \"" + role + " group\"");
        }
    }

    @Test
    void unknownRoleIsNamed() {
        CommandLineRun run = database.pricing("fence", "--role", "no_such_role", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("unknown_role");
    }

    @Test
    void secondFenceIsRefused() {
        database.succeeds("fence", "--role", role);
        database.run("grant select on models to public");

        CommandLineRun run = database.pricing("fence", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("wrong_phase");
        assertThat(run.all()).contains("unfence, then fence all roles together");
    }

    @Test
    void fenceFailsBeforePopulate() {
        try (TestDatabase early = TestDatabase.priced()) {
            CommandLineRun run = early.pricing("fence", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("wrong_phase");
            JsonNode unfenced = early.pricing("unfence", "--json").json();
            assertThat(unfenced.path("applied").asBoolean()).isFalse();
        }
    }
}
