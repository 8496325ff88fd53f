package io.modelpricing.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://h/db?user=a&password=x&ssl=1, jdbc:postgresql://h/db?user=a&password=***&ssl=1",
        "SSLPASSWORD=x y, SSLPASSWORD=*** y",
        "db_pwd=x, db_pwd=***",
        "client-secret=a=b&c=d, client-secret=***&c=d",
        "user=a password=, user=a password=***",
        "postgres://ada:x@h/db, postgres://ada:***@h/db",
        "postgres://ada:x/y@z@h/db end@h, postgres://ada:***@h/db end@h",
        "//:x@h, //:***@h",
        "http://h/a//b:x@h, http://h/a//b:***@h",
        "//a@b:x, //a@b:x",
        "openai/gpt-4o:free, openai/gpt-4o:free",
        "input=1, input=1"
    })
    void whatLooksLikeAPasswordIsMasked(String text, String masked) {
        assertThat(new Secrets().masked(text)).isEqualTo(masked);
    }

    @Test
    void knownSecretIsMaskedWhereverItOccurs() {
        Secrets secrets = new Secrets();
        secrets.add("C4nary.*");
        secrets.add("abc");
        secrets.add("");
        secrets.add(null);

        assertThat(secrets.masked("got xC4nary.*x, abc, 'abc' and abcd")).isEqualTo("got x***x, ***, '***' and abcd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"p", "pass", "pass=", "=", "//", "//a:", "//:@", "//a", ":@", "@", "a ", "secretpass", "//a:x@ "
            })
    void maskingIsLinear(String part) {
        Secrets secrets = new Secrets();
        secrets.add("aaaaaaab");
        secrets.add("ab");
        String text = part.repeat(1_000_000 / part.length());

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertThat(secrets.masked(text)).isNotEmpty());
    }
}
