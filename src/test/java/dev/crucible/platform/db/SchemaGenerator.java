package dev.crucible.platform.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.SchemaMappingType;
import org.jooq.meta.jaxb.Target;

/**
 * Writes jOOQ's classes for {@code migrations/}. {@code mvn -Pcodegen process-resources} runs it on the source tree
 * without compiling the rest of it, which may not compile while migrations and classes differ.
 */
final class SchemaGenerator {
    static final String PACKAGE = "dev.crucible.platform.db.schema";
    private static final List<String> SCHEMAS = List.of("storage", "queue", "events");

    private SchemaGenerator() {}

    /** Takes the folder of the sources to write to, and a folder for the server. */
    public static void main(String[] args) throws Exception {
        try (EmbeddedPostgres server = new EmbeddedPostgres(Path.of(args[1]))) {
            server.start();
            try (var database = server.connect()) {
                database.dsl().execute("drop owned by current_user cascade");
                Migrator.migrate(database);
            }
            generate(server.jdbcUrl(), server.user(), server.password(), Path.of(args[0]));
        }
    }

    /** Writes the classes of a migrated database below {@code sources}. */
    static void generate(String url, String user, String password, Path sources) throws Exception {
        GenerationTool.generate(new Configuration()
                .withLogging(Logging.WARN)
                .withJdbc(new Jdbc().withUrl(url).withUser(user).withPassword(password))
                .withGenerator(new Generator()
                        .withDatabase(new Database()
                                .withName("org.jooq.meta.postgres.PostgresDatabase")
                                .withSchemata(SCHEMAS.stream()
                                        .map(name -> new SchemaMappingType().withInputSchema(name)).toList())
                                .withForcedTypes(new ForcedType().withName("INSTANT")
                                        .withIncludeTypes("(?i:timestamptz|timestamp with time zone)")))
                        .withGenerate(new Generate()
                                .withGeneratedAnnotation(false)
                                .withRecords(false)
                                .withComments(false)
                                .withIndexes(false)
                                .withJavaTimeTypes(true))
                        .withTarget(new Target()
                                .withPackageName(PACKAGE)
                                .withDirectory(sources.toString()))));
        removeWhatDependsOnTheJdk(sources.resolve(PACKAGE.replace('.', '/')));
    }

    /** From 21 on jOOQ also suppresses a warning that older compilers do not know. */
    private static void removeWhatDependsOnTheJdk(Path generated) throws IOException {
        try (Stream<Path> tree = Files.walk(generated)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                Files.writeString(file, Files.readString(file).replace(", \"this-escape\"", ""));
            }
        }
    }
}
