package dev.crucible.platform.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import dev.crucible.platform.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the OpenAPI 3.1 document out of the table of routes; the schemas come from the records that are sent. */
public final class OpenApi {
    private static final SnakeCaseStrategy SNAKE = new SnakeCaseStrategy();

    private final SchemaBuilder schemas = new SchemaGenerator(new SchemaGeneratorConfigBuilder(
                            Json.MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                    .with(Option.EXTRA_OPEN_API_FORMAT_VALUES, Option.DEFINITIONS_FOR_ALL_OBJECTS,
                            Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                    .with(config -> config.forTypesInGeneral().withDefinitionNamingStrategy((key, context) ->
                            context.getTypeContext().getSimpleTypeDescription(key.getType()).replaceAll("\\W+", "_")))
                    .with(config -> config.forTypesInGeneral().withCustomDefinitionProvider((type, context) ->
                            JsonNode.class.isAssignableFrom(type.getErasedType())
                                    ? new CustomDefinition(Json.MAPPER.createObjectNode(), true)
                                    : null))
                    .with(config -> config.forFields()
                            .withPropertyNameOverrideResolver(OpenApi::name)
                            .withNullableCheck(OpenApi::nullable)
                            .withRequiredCheck(field -> field.getAnnotation(
                                    JsonInclude.class) == null))
                    .build())
            .buildMultipleSchemaDefinitions();

    private OpenApi() {}

    /** @return JSON */
    public static byte[] document(List<Route> routes, String version) {
        return Json.bytes(new OpenApi().build(routes, version));
    }

    private ObjectNode build(List<Route> routes, String version) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Crucible")
                .put("version", version)
                .put("description", "Runs code that nobody trusts in a sandbox and reports what happened.");
        ObjectNode paths = document.putObject("paths");
        ObjectNode problem = schemas.createSchemaReference(Problem.class);
        for (Route route : routes) {
            ObjectNode path = paths.withObjectProperty(route.documentedPath());
            path.set(route.method().name().toLowerCase(Locale.ROOT), operation(route, problem));
        }
        document.putObject("components").set("schemas", schemas.collectDefinitions("components/schemas"));
        return document;
    }

    private ObjectNode operation(Route route, ObjectNode problem) {
        ObjectNode operation = Json.MAPPER.createObjectNode();
        operation.putArray("tags").add(route.tag());
        operation.put("summary", route.summary());
        operation.put("operationId", operationId(route));
        for (Route.Parameter parameter : route.parameters()) {
            ObjectNode node = operation.withArrayProperty("parameters").addObject();
            node.put("name", parameter.name()).put("in", parameter.in()).put("description", parameter.description());
            node.put("required", parameter.in().equals("path"));
            node.putObject("schema").put("type", parameter.type());
        }
        if (route.request() != null) {
            ObjectNode body = operation.putObject("requestBody").put("required", true);
            body.putObject("content").putObject("application/json").set("schema", route.request());
        }
        ObjectNode responses = operation.putObject("responses");
        byStatus(route.answers()).forEach((status, answers) -> responses.set(status, response(answers)));
        ObjectNode failure = responses.putObject("default").put("description", "A problem document");
        failure.putObject("content").putObject(Problem.MEDIA_TYPE).set("schema", problem);
        return operation;
    }

    private static Map<String, List<Route.Answer>> byStatus(List<Route.Answer> answers) {
        Map<String, List<Route.Answer>> byStatus = new TreeMap<>();
        for (Route.Answer answer : answers) {
            byStatus.computeIfAbsent(Integer.toString(answer.status()), status -> new ArrayList<>()).add(answer);
        }
        return byStatus;
    }

    private ObjectNode response(List<Route.Answer> answers) {
        ObjectNode response = Json.MAPPER.createObjectNode();
        response.put("description", String.join("; ", answers.stream().map(Route.Answer::description).toList()));
        ObjectNode content = response.putObject("content");
        for (Route.Answer answer : answers) {
            ObjectNode media = content.withObjectProperty(answer.mediaType());
            if (answer.type() != null) {
                addSchema(media, schemas.createSchemaReference(answer.type()));
            }
        }
        return response;
    }

    /** Several bodies under one status and media type are alternatives. */
    private static void addSchema(ObjectNode media, ObjectNode schema) {
        JsonNode known = media.get("schema");
        if (known == null) {
            media.set("schema", schema);
        } else {
            ObjectNode either = Json.MAPPER.createObjectNode();
            either.putArray("anyOf").add(known).add(schema);
            media.set("schema", either);
        }
    }

    private static String operationId(Route route) {
        String path = route.documentedPath().replaceAll("[^A-Za-z0-9-]+", "_").replaceAll("^_|_$", "");
        return route.method().name().toLowerCase(Locale.ROOT) + (path.isEmpty() ? "_root" : "_" + path);
    }

    private static String name(FieldScope field) {
        JsonProperty given = field.getAnnotation(JsonProperty.class);
        return given == null ? SNAKE.translate(field.getDeclaredName()) : given.value();
    }

    private static boolean nullable(FieldScope field) {
        return !field.isFakeContainerItemScope()
                && field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
