package dev.crucible.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaClassesTest {
    private static final String FOLDER = SchemaGenerator.PACKAGE.replace('.', '/');

    @Test
    void the_committed_classes_are_those_of_the_migrations(@TempDir Path sources) throws Exception {
        var server = TestDatabase.server();

        SchemaGenerator.generate(
                server.jdbcUrl(TestDatabase.create()), server.user(), server.password(), sources);

        assertThat(content(Path.of("src/main/java")))
                .as("run: mvn -Pcodegen process-resources")
                .isEqualTo(content(sources));
    }

    private static Map<String, String> content(Path sources) throws IOException {
        Map<String, String> content = new TreeMap<>();
        Path folder = sources.resolve(FOLDER);
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                content.put(folder.relativize(file).toString(), Files.readString(file));
            }
        }
        return content;
    }
}
