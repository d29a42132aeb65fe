package dev.crucible.executor;

import dev.crucible.kernel.Quantity;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A language as it is written in a registry's file, before anything of it is checked. */
record LanguageEntry(
        @Nullable String name,
        @Nullable String title,
        @Nullable List<@Nullable String> aliases,
        @Nullable String file,
        @Nullable List<@Nullable String> compile,
        @Nullable List<@Nullable String> run,
        @Nullable List<@Nullable String> probe,
        @Nullable String image,
        @Nullable Map<String, @Nullable String> packages,
        @Nullable String template,
        boolean fork,
        @Nullable Map<String, @Nullable String> env,
        @Nullable LimitsEntry limits,
        @Nullable LimitsEntry compile_limits,
        @Nullable List<@Nullable String> mounts) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9+#-]{0,31}");
    private static final Pattern FILE = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");
    private static final Pattern IMAGE =
            Pattern.compile("[a-z0-9][a-z0-9._:/-]{0,199}(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?");
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (Stream.of(values(aliases), values(compile), values(run), values(probe), values(mounts),
                        packages == null ? List.of() : packages.values(), env == null ? List.of() : env.values())
                .anyMatch(list -> list.stream().anyMatch(each -> each == null))) {
            return List.of(label() + ": a list or map has an empty value");
        }
        names(problems);
        commands(problems);
        if (image != null && !IMAGE.matcher(image).matches()) {
            problems.add("image must be a name such as registry/name:tag, or name@sha256: and 64 digits");
        }
        if (env != null && !env.keySet().stream().allMatch(variable -> VARIABLE.matcher(variable).matches())) {
            problems.add("env: a name must match " + VARIABLE);
        }
        for (String mount : texts(mounts)) {
            if (!mount.startsWith("/") || !Path.of(mount).normalize().toString().equals(mount) || mount.equals("/")) {
                problems.add("mounts: " + mount + " must be an absolute path without . and ..");
            }
        }
        limits(limits, "limits", problems);
        limits(compile_limits, "compile_limits", problems);
        return problems.stream().map(problem -> label() + ": " + problem).toList();
    }

    private void names(List<String> problems) {
        if (name == null || !NAME.matcher(name).matches()) {
            problems.add("name must match " + NAME);
        }
        for (String alias : texts(aliases)) {
            if (!NAME.matcher(alias).matches()) {
                problems.add("alias " + alias + " must match " + NAME);
            }
        }
        if (file == null || !FILE.matcher(file).matches()) {
            problems.add("file must be a plain file name");
        }
    }

    private void commands(List<String> problems) {
        if (run == null || run.isEmpty()) {
            problems.add("run must be a command");
        }
        if (!CommandWords.nameTheProgram(texts(run)) && !CommandWords.nameTheProgram(texts(compile))) {
            problems.add("run or compile must name the program by {file}, {stem} or {sources}");
        }
        if (probe == null || probe.isEmpty()) {
            problems.add("probe must be a command");
        }
        if (compile_limits != null && texts(compile).isEmpty()) {
            problems.add("compile_limits without compile have no meaning");
        }
    }

    private static void limits(@Nullable LimitsEntry entry, String field, List<String> problems) {
        if (entry != null) {
            entry.read(problem -> problems.add(field + ": " + problem));
        }
    }

    private String label() {
        return name == null ? "an entry without a name" : name;
    }

    private static List<@Nullable String> values(@Nullable List<@Nullable String> list) {
        return list == null ? List.of() : list;
    }

    /** Once {@link #problems} has found no empty value. */
    @SuppressWarnings("NullAway")
    private static List<String> texts(@Nullable List<@Nullable String> list) {
        return list == null ? List.of() : (List<String>) list;
    }

    /** Once {@link #problems} is empty. */
    Language toLanguage() {
        return new Language(
                name,
                title == null ? name : title,
                texts(aliases),
                file,
                texts(compile),
                texts(run),
                texts(probe),
                image,
                packages == null ? Map.of() : packages,
                template == null ? "" : template,
                fork,
                env == null ? Map.of() : env,
                limits == null ? LanguageLimits.NONE : limits.read(problem -> {}),
                compile_limits == null ? LanguageLimits.NONE : compile_limits.read(problem -> {}),
                texts(mounts).stream().map(Path::of).toList());
    }

    /** Limits under the names that a submission gives them. */
    record LimitsEntry(
            @Nullable String timeout,
            @Nullable String cpu_limit,
            @Nullable String memory_limit,
            @Nullable String disk_limit,
            @Nullable String pids_limit) {
        private static final BigDecimal LONGEST_SECONDS = BigDecimal.valueOf(24 * 3600);
        private static final int MOST = 1 << 20;

        LanguageLimits read(Consumer<String> problems) {
            return new LanguageLimits(
                    field("timeout", timeout, LimitsEntry::seconds, problems),
                    field("cpu_limit", cpu_limit, text -> atMost(Quantity.cpuMillis(text)), problems),
                    field("memory_limit", memory_limit, text -> positive(Quantity.bytes(text)), problems),
                    field("disk_limit", disk_limit, text -> positive(Quantity.bytes(text)), problems),
                    field("pids_limit", pids_limit, text -> atMost(Long.parseLong(text)), problems));
        }

        private static <T> @Nullable T field(
                String name, @Nullable String text, Function<String, T> reader, Consumer<String> problems) {
            try {
                return text == null ? null : reader.apply(text);
            } catch (NumberFormatException e) {
                problems.accept(name + " is not a number");
            } catch (IllegalArgumentException e) {
                problems.accept(name + ": " + e.getMessage());
            }
            return null;
        }

        private static Duration seconds(String text) {
            BigDecimal seconds = new BigDecimal(text);
            if (seconds.compareTo(new BigDecimal("0.001")) < 0 || seconds.compareTo(LONGEST_SECONDS) > 0) {
                throw new IllegalArgumentException("must be above 0 and at most 86400 seconds");
            }
            return Duration.ofMillis(seconds.movePointRight(3).longValue());
        }

        private static long positive(long number) {
            if (number <= 0) {
                throw new IllegalArgumentException("must be above 0");
            }
            return number;
        }

        private static int atMost(long number) {
            if (positive(number) > MOST) {
                throw new IllegalArgumentException("is too large");
            }
            return (int) number;
        }
    }
}
