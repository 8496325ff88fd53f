package io.modelpricing.cli;

import static java.util.Comparator.comparing;
import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the public and protected declarations of each published module with the text in {@code docs/api}. */
class PublicApiTest {

    private static final Set<String> OF_EVERY_OBJECT = Set.of("equals", "hashCode", "toString");

    @ParameterizedTest
    @CsvSource({
        "pricing-core, io.modelpricing io.modelpricing.offers",
        "pricing-jooq, io.modelpricing.jooq io.modelpricing.jooq.audit io.modelpricing.jooq.costs",
        "pricing-compat, io.modelpricing.compat",
        "pricing-cli, io.modelpricing.cli",
        "pricing-testing, io.modelpricing.testing"
    })
    void publicApiMatchesTheCommittedText(String module, String exported) throws IOException {
        String api = api(Set.of(exported.split(" ")));
        assertThat(api).as("public types of " + exported).isNotEmpty();
        Path committed = Path.of("..", "docs", "api", module + ".txt");
        if (Boolean.getBoolean("api.update")) {
            Files.createDirectories(committed.getParent());
            Files.writeString(committed, api);
        }
        assertThat(committed)
                .as("the public API of %s; run with -Dapi.update=true to update the text", module)
                .exists()
                .content()
                .isEqualTo(api);
    }

    private static String api(Set<String> exported) {
        return new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests()).importPackages(exported).stream()
                        .filter(type -> exported.contains(type.getPackageName()))
                        .map(JavaClass::reflect)
                        .filter(PublicApiTest::isVisible)
                        .sorted(comparing(Class::getName))
                        .map(PublicApiTest::describe)
                        .collect(joining("\n"));
    }

    private static boolean isVisible(Class<?> type) {
        return isVisible(type.getModifiers())
                && (type.getEnclosingClass() == null || isVisible(type.getEnclosingClass()))
                && !type.isAnonymousClass();
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String describe(Class<?> type) {
        return declaration(type) + "\n"
                + Stream.of(type.getDeclaredFields(), type.getDeclaredConstructors(), type.getDeclaredMethods())
                        .flatMap(Arrays::stream)
                        .filter(member -> isVisible(member.getModifiers()) && !member.isSynthetic())
                        .filter(not(member -> OF_EVERY_OBJECT.contains(member.getName())))
                        .map(PublicApiTest::describe)
                        .sorted()
                        .map(line -> "    " + line + "\n")
                        .collect(joining());
    }

    private static String declaration(Class<?> type) {
        String kind = type.isRecord() ? "record " : type.isEnum() ? "enum " : type.isInterface() ? "" : "class ";
        Class<?>[] permitted = type.getPermittedSubclasses();
        return modifiers(type.getModifiers())
                + kind
                + simple(type.getName())
                + (hasOwnSuperclass(type) ? " extends " + simple(type.getGenericSuperclass()) : "")
                + list(" implements ", type.getGenericInterfaces())
                + (permitted == null ? "" : list(" permits ", permitted));
    }

    private static boolean hasOwnSuperclass(Class<?> type) {
        return !type.isInterface() && !type.isRecord() && !type.isEnum() && type.getSuperclass() != Object.class;
    }

    private static String describe(Member member) {
        String before = modifiers(member.getModifiers() & ~(Modifier.NATIVE | Modifier.SYNCHRONIZED));
        if (member instanceof Field field) {
            return before + simple(field.getAnnotatedType()) + " " + field.getName();
        }
        Executable executable = (Executable) member;
        String name = member instanceof Constructor<?> constructor
                ? constructor.getDeclaringClass().getSimpleName()
                : simple(executable.getAnnotatedReturnType()) + " " + member.getName();
        boolean overridable = member instanceof Method method && method.isDefault();
        AnnotatedType[] parameters = executable.getAnnotatedParameterTypes();
        return before
                + (overridable ? "default " : "")
                + name
                + IntStream.range(0, parameters.length)
                        .mapToObj(i -> simple(parameters[i])
                                + (executable.isVarArgs() && i == parameters.length - 1 ? " (varargs)" : ""))
                        .collect(joining(", ", "(", ")"))
                + list(" throws ", executable.getGenericExceptionTypes());
    }

    private static String modifiers(int modifiers) {
        String text = Modifier.toString(modifiers & ~(Modifier.TRANSIENT | Modifier.VOLATILE));
        return text.isEmpty() ? "" : text + " ";
    }

    private static String simple(AnnotatedType type) {
        return (type.isAnnotationPresent(Nullable.class) ? "@Nullable " : "") + simple(type.getType());
    }

    private static String list(String word, Type[] types) {
        return types.length == 0
                ? ""
                : Stream.of(types).map(PublicApiTest::simple).collect(joining(", ", word, ""));
    }

    private static String simple(Type type) {
        return simple(type.getTypeName());
    }

    private static String simple(String name) {
        return name.replaceAll("\\b(?:[a-z]\\w*\\.)+([A-Z])", "$1");
    }
}
