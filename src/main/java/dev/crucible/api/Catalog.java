package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.Language;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What can run here now: languages, engines, and which engine a submission gets. Thread-safe. */
public final class Catalog {
    /** An engine that is missing does not come back within a moment. */
    private static final Duration ENGINE_RETRY = Duration.ofSeconds(30);

    private final CodeExecutor executor;
    private final String defaultEngine;

    Catalog(CodeExecutor executor, String defaultEngine) {
        this.executor = requireNonNull(executor, "executor is null");
        this.defaultEngine = requireNonNull(defaultEngine, "defaultEngine is null");
    }

    /** Every engine, strongest first. */
    public List<EngineStatus> engines() {
        return executor.engines();
    }

    public List<Language> languages() {
        return executor.languages();
    }

    /** The engine of a submission that names none, or empty when it cannot run anything. */
    public Optional<EngineStatus> defaultEngine() {
        return executor.engines().stream()
                .filter(EngineStatus::available)
                .filter(engine -> defaultEngine.equals(ApiConfig.AUTO) || engine.name().equals(defaultEngine))
                .findFirst();
    }

    /** Why {@link #defaultEngine} is what it is, in a sentence. */
    public String defaultReason() {
        Optional<EngineStatus> engine = defaultEngine();
        if (engine.isEmpty()) {
            return noEngine();
        }
        return defaultEngine.equals(ApiConfig.AUTO)
                ? engine.get().name() + " is the strongest engine that works on this host." + stronger(engine.get())
                : engine.get().name() + " was chosen by DEFAULT_ENGINE.";
    }

    /** Why the engines that are stronger than the chosen one do not work: each reason once. */
    private String stronger(EngineStatus chosen) {
        Map<String, List<String>> missing = new LinkedHashMap<>();
        for (EngineStatus engine : executor.engines()) {
            if (engine.name().equals(chosen.name())) {
                break;
            }
            missing.computeIfAbsent(engine.detail(), unused -> new ArrayList<>()).add(engine.name());
        }
        return missing.entrySet().stream()
                .map(why -> " Not " + String.join(" or ", why.getValue()) + ": " + why.getKey())
                .collect(Collectors.joining());
    }

    /** The canonical name of a language by its name or an alias, in any case. */
    Optional<String> language(String name) {
        String folded = name.strip().toLowerCase(Locale.ROOT);
        return executor.languages().stream()
                .filter(language -> language.name().equals(folded) || language.aliases().contains(folded))
                .map(Language::name)
                .findFirst();
    }

    /** What a program of this language may use when its submission does not say; the usual for one that is not known. */
    Limits defaultLimits(String language) {
        return executor.languages().stream()
                .filter(known -> known.name().equals(language))
                .findFirst()
                .map(known -> known.limits().over(Limits.DEFAULTS))
                .orElse(Limits.DEFAULTS);
    }

    /** The name that the code of a language gets in the work folder; empty for a language that is not known. */
    Optional<String> fileOf(String language) {
        return executor.languages().stream()
                .filter(known -> known.name().equals(language))
                .map(Language::file)
                .findFirst();
    }

    /** The container image that the administrator listed for a language; empty for a language without one. */
    Optional<String> imageOf(String language) {
        return executor.languages().stream()
                .filter(known -> known.name().equals(language))
                .findFirst()
                .map(Language::image);
    }

    String languageNames() {
        return executor.languages().stream().map(Language::name).sorted().collect(Collectors.joining(", "));
    }

    boolean knowsEngine(String name) {
        return name.equals(ApiConfig.AUTO) || executor.engines().stream().anyMatch(e -> e.name().equals(name));
    }

    String engineNames() {
        return executor.engines().stream().map(EngineStatus::name).collect(Collectors.joining(", "));
    }

    /**
     * The engine that will run a language.
     *
     * @param asked an engine's name or {@code auto}
     * @throws PlatformException {@code NO_ENGINE}, {@code ENGINE_UNAVAILABLE}, or {@code VALIDATION} for an unknown
     *     name, each with what to do about it
     */
    String engineFor(String asked, String language) {
        List<EngineStatus> engines = executor.engines();
        if (engines.stream().noneMatch(EngineStatus::available)) {
            throw PlatformException.retryLater(ErrorCode.NO_ENGINE, noEngine(), ENGINE_RETRY);
        }
        String wanted = asked.equals(ApiConfig.AUTO) ? defaultEngine : asked;
        return wanted.equals(ApiConfig.AUTO) ? strongestFor(engines, language) : named(engines, wanted, language);
    }

    private static String strongestFor(List<EngineStatus> engines, String language) {
        return engines.stream()
                .filter(engine -> runs(engine, language))
                .map(EngineStatus::name)
                .findFirst()
                .orElseThrow(() -> new PlatformException(ErrorCode.ENGINE_UNAVAILABLE,
                        "No engine here can run " + language + ". " + engines.stream()
                                .filter(EngineStatus::available)
                                .map(engine -> whyNot(engine, language))
                                .collect(Collectors.joining(" "))));
    }

    private String named(List<EngineStatus> engines, String name, String language) {
        EngineStatus engine = engines.stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> PlatformException.invalid(List.of(unknownEngine(List.of("body", "engine")))));
        if (!engine.available()) {
            throw new PlatformException(ErrorCode.ENGINE_UNAVAILABLE, sentence(
                    "The engine " + name + " is not available here: " + engine.detail(), engine.remedy()));
        }
        if (!runs(engine, language)) {
            throw new PlatformException(ErrorCode.ENGINE_UNAVAILABLE, whyNot(engine, language));
        }
        return name;
    }

    FieldError unknownEngine(List<String> loc) {
        return new FieldError(loc, "There is no such engine; known are auto, " + engineNames() + ".", "unknown_engine");
    }

    private String noEngine() {
        List<EngineStatus> engines = executor.engines();
        if (!defaultEngine.equals(ApiConfig.AUTO) && engines.stream().anyMatch(EngineStatus::available)) {
            return "DEFAULT_ENGINE is " + defaultEngine + ", which is not available here.";
        }
        return "No engine can run code on this host. " + engines.stream()
                .map(engine -> sentence(engine.name() + ": " + engine.detail(), engine.remedy()))
                .collect(Collectors.joining(" "));
    }

    private static boolean runs(EngineStatus engine, String language) {
        LanguageStatus status = engine.languages().get(language);
        return engine.available() && status != null && status.available();
    }

    private static String whyNot(EngineStatus engine, String language) {
        LanguageStatus status = engine.languages().get(language);
        String detail = status == null || status.detail() == null ? "it is not set up" : status.detail();
        return sentence(engine.name() + " cannot run " + language + " here: " + detail,
                status == null ? null : status.remedy());
    }

    private static String sentence(String what, @Nullable String remedy) {
        String ended = what.endsWith(".") ? what : what + ".";
        return remedy == null ? ended : ended + " To get it: " + remedy + (remedy.endsWith(".") ? "" : ".");
    }
}
