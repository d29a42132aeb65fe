package dev.crucible;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.IdempotencyKey;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** The arrows of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.crucible", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule modules_form_no_cycle = slices().matching("dev.crucible.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule modules_know_only_whom_the_arrows_allow = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.crucible..")
            .layer("kernel").definedBy("dev.crucible.kernel..")
            .layer("platform").definedBy("dev.crucible.platform..")
            .layer("queue").definedBy("dev.crucible.queue..")
            .layer("storage").definedBy("dev.crucible.storage..")
            .layer("executor").definedBy("dev.crucible.executor..")
            .layer("events").definedBy("dev.crucible.events..")
            .layer("lifecycle").definedBy("dev.crucible.lifecycle..")
            .layer("dispatch").definedBy("dev.crucible.dispatch..")
            .layer("api").definedBy("dev.crucible.api..")
            .layer("app").definedBy("dev.crucible.app..")
            .whereLayer("kernel").mayNotAccessAnyLayer()
            .whereLayer("platform").mayOnlyAccessLayers("kernel")
            .whereLayer("queue").mayOnlyAccessLayers("kernel", "platform")
            .whereLayer("storage").mayOnlyAccessLayers("kernel", "platform")
            .whereLayer("executor").mayOnlyAccessLayers("kernel", "platform")
            .whereLayer("events").mayOnlyAccessLayers("kernel", "platform")
            .whereLayer("lifecycle").mayOnlyAccessLayers("queue", "storage", "events", "kernel")
            .whereLayer("dispatch")
            .mayOnlyAccessLayers("lifecycle", "queue", "executor", "storage", "events", "kernel", "platform")
            .whereLayer("api")
            .mayOnlyAccessLayers("lifecycle", "queue", "executor", "storage", "events", "kernel", "platform")
            .whereLayer("app").mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule the_kernel_needs_nothing_but_the_jdk = noClasses()
            .that().resideInAPackage("dev.crucible.kernel..")
            .should().dependOnClassesThat().resideOutsideOfPackages("dev.crucible.kernel..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule the_gateway_sees_of_the_executor_its_face_alone = noClasses()
            .that().resideInAPackage("dev.crucible.api..")
            .should().dependOnClassesThat().resideInAPackage("dev.crucible.executor.*..");

    @ArchTest
    static final ArchRule only_app_sees_the_adapters_of_the_executor = noClasses()
            .that().resideOutsideOfPackages("dev.crucible.executor..", "dev.crucible.app..")
            .should().dependOnClassesThat().resideInAPackage("dev.crucible.executor.*..");

    /** One module's wire is no other module's business. */
    @ArchTest
    static final ArchRule wires_do_not_know_each_other = slices().matching("dev.crucible.(queue|storage|events|executor|api).http..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule the_executor_does_not_know_its_engines = noClasses()
            .that().resideInAPackage("dev.crucible.executor")
            .should().dependOnClassesThat().resideInAPackage("dev.crucible.executor.*..");

    @ArchTest
    static final ArchRule the_gateway_does_not_know_its_edge = noClasses()
            .that().resideInAPackage("dev.crucible.api")
            .should().dependOnClassesThat().resideInAPackage("dev.crucible.api.*..");

    @ArchTest
    static final ArchRule only_the_http_edge_names_javalin_and_jetty = noClasses()
            .that().resideOutsideOfPackages("dev.crucible.*.http..")
            .should().dependOnClassesThat().resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

    @ArchTest
    static final ArchRule only_app_sees_the_wires_of_the_modules = noClasses()
            .that().resideOutsideOfPackages("dev.crucible.*.http..", "dev.crucible.app..")
            .should().dependOnClassesThat().resideInAPackage("dev.crucible.*.http..");

    @ArchTest
    static final ArchRule only_the_docker_engine_names_docker_java = noClasses()
            .that().resideOutsideOfPackage("dev.crucible.executor.docker..")
            .should().dependOnClassesThat().resideInAPackage("com.github.dockerjava..");

    @ArchTest
    static final ArchRule only_stores_name_jooq = noClasses()
            .that().resideOutsideOfPackages(
                    "dev.crucible.platform.db..", "dev.crucible.queue..", "dev.crucible.storage..", "dev.crucible.events..")
            .should().dependOnClassesThat().resideInAnyPackage("org.jooq..", "java.sql..");

    @ArchTest
    static final ArchRule only_app_reads_the_system_clock = noClasses()
            .that().resideOutsideOfPackage("dev.crucible.app..")
            .should().callMethod(Instant.class, "now")
            .orShould().callMethod(Clock.class, "systemUTC")
            .orShould().callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule nobody_but_the_lifecycle_changes_a_status = noClasses()
            .that().resideOutsideOfPackages("dev.crucible.lifecycle..", "dev.crucible.storage..")
            .should().callMethod(EvaluationStore.class, "apply", List.class)
            .orShould().callMethod(EvaluationStore.class, "create", List.class, IdempotencyKey.class);
}
