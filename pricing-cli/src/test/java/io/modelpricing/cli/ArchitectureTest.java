package io.modelpricing.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.sql.Connection;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of docs/architecture.md. A rule that matches no class fails. */
class ArchitectureTest {

    private static final String CORE = "io.modelpricing";
    private static final String OFFERS = "io.modelpricing.offers";
    private static final String JOOQ = "io.modelpricing.jooq";
    private static final String COSTS = "io.modelpricing.jooq.costs";
    private static final String AUDIT = "io.modelpricing.jooq.audit";
    private static final String SQL = "io.modelpricing.jooq.sql";
    private static final String COMPAT = "io.modelpricing.compat";
    private static final String TESTING = "io.modelpricing.testing";
    private static final String CLI = "io.modelpricing.cli";
    private static final Set<String> CLI_PACKAGES = Set.of(
            CLI,
            CLI + ".card",
            CLI + ".command",
            CLI + ".database",
            CLI + ".demo",
            CLI + ".migration",
            CLI + ".output");
    private static final String GENERATED = "io.modelpricing.jooq.schema";

    /** The one job of pricing-jooq: it takes a data source and begins and ends its own transactions. */
    private static final String JOB = "io.modelpricing.jooq.costs.CostBackfill";

    private static final JavaClasses ALL =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(CORE);
    private static final JavaClasses OURS = ALL.that(describe("ours", type -> !isGenerated(type)));

    @Test
    void everyPublishedPackageIsChecked() {
        assertThat(OURS.stream().map(JavaClass::getPackageName).collect(toSet()))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(CORE, OFFERS, JOOQ, COSTS, AUDIT, SQL, COMPAT, TESTING),
                                CLI_PACKAGES.stream())
                        .toList());
        assertThat(ALL.stream().anyMatch(ArchitectureTest::isGenerated)).isTrue();
    }

    @Test
    void coreUsesNoDatabaseLoggingFilesOrNetwork() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, OFFERS)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "javax.sql..",
                        "org.jooq..",
                        "org.slf4j..",
                        "java.util.logging..",
                        "java.nio.file..",
                        "java.net..")
                .check(OURS);
    }

    @Test
    void coreReadsNoClock() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, OFFERS)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethodWhere(call("read a clock", "now|currentTimeMillis|nanoTime", "java.time", "java.lang"))
                .check(OURS);
    }

    /** A price and the hours that it depends on are of one time, which is that of the database. */
    @Test
    void commandsReadNoClockButTheDatabases() {
        noClasses()
                .that()
                .resideInAPackage(CLI + ".command")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethodWhere(call("read a clock", "now|currentTimeMillis|nanoTime", "java.time", "java.lang"))
                .check(OURS);
    }

    @Test
    void noFieldIsFloatingPoint() {
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE, OFFERS, JOOQ, COSTS, AUDIT, COMPAT)
                .should(notInvolve("a floating-point number", JavaField::getAllInvolvedRawTypes, FLOATING))
                .check(OURS);
    }

    @Test
    void noSignatureHasFloatingPoint() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE, OFFERS, JOOQ, COSTS, AUDIT, COMPAT)
                .should(notInvolve("a floating-point number", JavaCodeUnit::getAllInvolvedRawTypes, FLOATING))
                .check(OURS);
    }

    @Test
    void noCallPassesOrReturnsFloatingPoint() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE, OFFERS, JOOQ, COSTS, AUDIT, COMPAT)
                .should()
                .callMethodWhere(describe(
                        "passes or returns a floating-point number",
                        call -> Stream.concat(
                                        Stream.of(call.getTarget().getRawReturnType()),
                                        call.getTarget().getRawParameterTypes().stream())
                                .anyMatch(FLOATING)))
                .check(OURS);
    }

    @Test
    void repositoriesDoNotBeginOrEndTransactions() {
        noClasses()
                .that()
                .resideInAnyPackage(JOOQ, COSTS, AUDIT, SQL)
                .and(describe("not a job", type -> !type.getFullName().equals(JOB)))
                .should()
                .callMethodWhere(describe(
                        "begins or ends a transaction",
                        call -> (call.getTargetOwner().isAssignableTo(DSLContext.class)
                                        || call.getTargetOwner().isAssignableTo(Connection.class))
                                && call.getName()
                                        .matches("transaction.*|startTransaction|commit|rollback|setAutoCommit")))
                .check(OURS);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLI + "..")
                .should()
                .accessFieldWhere(describe(
                        "it is System.out or System.err",
                        (JavaAccess<?> access) -> access.getTargetOwner().isEquivalentTo(System.class)))
                .orShould()
                .callMethodWhere(call("print a stack trace", "printStackTrace", "java.lang", CORE))
                .check(OURS);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        // Generated table classes and the repository refer to each other, so they count as one package.
                        return SliceIdentifier.of(isGenerated(type) ? JOOQ : type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(ALL);
    }

    @Test
    void pricesDoNotDependOnOffers() {
        noClasses()
                .that()
                .resideInAPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(OFFERS)
                .check(OURS);
    }

    @Test
    void commandsMigrationAndDemoDoNotDependOnEachOther() {
        List<String> groups = List.of(CLI + ".command", CLI + ".migration", CLI + ".demo");
        for (String group : groups) {
            noClasses()
                    .that()
                    .resideInAPackage(group)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(groups.stream()
                            .filter(other -> !other.equals(group))
                            .toArray(String[]::new))
                    .check(OURS);
        }
    }

    @Test
    void storedPricesAndRequestCostsDoNotDependOnTheAudit() {
        noClasses()
                .that()
                .resideInAnyPackage(JOOQ, COSTS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(AUDIT)
                .check(OURS);
    }

    @Test
    void storedPricesDoNotDependOnRequestCosts() {
        noClasses()
                .that()
                .resideInAPackage(JOOQ)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(COSTS)
                .check(OURS);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(OURS.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allMatch(javaPackage -> javaPackage.isAnnotatedWith(NullMarked.class), "@NullMarked");
    }

    @Test
    void publicSignaturesHaveNoJooqStatementOrRecord() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(JOOQ, COSTS, AUDIT, COMPAT)
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .and(describe(
                        "public or protected",
                        method -> method.getModifiers().stream()
                                .anyMatch(modifier ->
                                        Set.of("PUBLIC", "PROTECTED").contains(modifier.name()))))
                .should(notInvolve(
                        "a statement or a row of jOOQ",
                        JavaCodeUnit::getAllInvolvedRawTypes,
                        describe(
                                "of jOOQ",
                                type -> type.getPackageName().startsWith("org.jooq")
                                        && type.getSimpleName()
                                                .matches(".*Step\\d*|Record\\d*|Result|Query|Select.*"))))
                .check(OURS);
    }

    @Test
    void rowsAreNotMappedByReflection() {
        noClasses()
                .should()
                .resideInAnyPackage("..pojos..", "..daos..")
                .orShould()
                .callMethodWhere(describe(
                        "jOOQ maps into a class by reflection",
                        call -> call.getTargetOwner().getPackageName().equals("org.jooq")
                                && call.getName().matches("into|fetch.*Into")
                                && call.getTarget().getRawParameterTypes().stream()
                                        .anyMatch(type -> type.isEquivalentTo(Class.class))))
                .check(OURS);
    }

    @Test
    void classNamesHaveNoVagueSuffix() {
        classes()
                .should()
                .haveNameNotMatching(".*(Impl|Utils?|Helper|Manager|Dto|Entity)")
                .check(OURS);
    }

    private static final DescribedPredicate<JavaClass> FLOATING = describe(
            "floating",
            type -> Set.of("double", "float", "java.lang.Double", "java.lang.Float")
                    .contains(type.getBaseComponentType().getName()));

    private static boolean isGenerated(JavaClass type) {
        return type.getPackageName().startsWith(GENERATED);
    }

    private static DescribedPredicate<JavaMethodCall> call(String what, String names, String... packages) {
        return describe(
                what,
                call -> call.getName().matches(names)
                        && Set.of(packages).contains(call.getTargetOwner().getPackageName()));
    }

    private static <
                    T extends
                            com.tngtech.archunit.core.domain.properties.HasOwner<JavaClass>
                                    & com.tngtech.archunit.base.HasDescription>
            ArchCondition<T> notInvolve(
                    String what, Function<? super T, Set<JavaClass>> types, Predicate<JavaClass> unwanted) {
        return new ArchCondition<>("not involve " + what) {
            @Override
            public void check(T item, ConditionEvents events) {
                if (types.apply(item).stream().anyMatch(unwanted)) {
                    events.add(violated(item, item.getDescription() + " involves " + what));
                }
            }
        };
    }
}
