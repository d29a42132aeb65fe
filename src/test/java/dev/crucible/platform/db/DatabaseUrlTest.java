package dev.crucible.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.PlatformException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    @ParameterizedTest
    @CsvSource({
        "postgresql://u:p%40%2F%25w+x@db.example:6432/name?sslmode=require,"
                + "jdbc:postgresql://db.example:6432/name?sslmode=require, u, p@/%w+x",
        "postgres://u@host/name, jdbc:postgresql://host/name, u,",
        "postgresql://host, jdbc:postgresql://host/, ,",
        "postgresql://[::1]:5432/n, jdbc:postgresql://[::1]:5432/n, ,",
        "postgresql://u:p@h/n?user=v&a=b&password=q, jdbc:postgresql://h/n?a=b, v, q",
        "jdbc:postgresql://h:1/n, jdbc:postgresql://h:1/n, ,",
        "jdbc:postgresql://h/n?ssl=true&user=me&password=pw, jdbc:postgresql://h/n?ssl=true, me, pw"
    })
    void every_usual_form_is_read(String text, String jdbc, String user, String password) {
        assertThat(DatabaseUrl.parse(text)).isEqualTo(new DatabaseUrl(jdbc, user, password));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "mysql://secret@h/n", "postgresql://u:secret@", "postgresql://u:sec%ret@h/n", "postgresql://u:secret@h h/n"
    })
    void another_form_is_refused_without_being_quoted(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text))
                .isInstanceOf(PlatformException.class).hasMessageNotContaining("sec").hasNoCause();
    }

    @Test
    void the_text_of_an_address_has_no_secret() {
        assertThat(DatabaseUrl.parse("postgresql://u:secret@h/n?sslpassword=secret")).hasToString("postgresql://h/n");
    }
}
