package dev.crucible.platform.submission;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a submission's program is given to read: standard input, arguments, environment. */
public record InputFields(String stdin, List<String> args, Map<String, String> env) {
    public static final int MAX_BYTES = 1 << 20;
    private static final int MAX_STRINGS = 1_000;
    /** The kernel takes no longer single string on execve: 32 pages with the NUL at the end. */
    private static final int MAX_EXEC_STRING = 32 * 4096 - 1;

    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern OUR_ENV = Pattern.compile(
            "LD_.*|CRUCIBLE_.*|EVAL_ID|HOME|LANG|PATH|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE");

    private record Wrong(String message, String type) {}

    public static InputFields read(Fields fields) {
        String stdin = stdin(fields);
        List<String> args = args(fields);
        Map<String, String> env = env(fields);
        if (size(stdin, args, env) > MAX_BYTES) {
            fields.wrong("stdin", "stdin, args and env together are longer than 1 MiB", "too_long");
        }
        return new InputFields(stdin, args, env);
    }

    public static String stdin(Fields fields) {
        String stdin = fields.text("stdin");
        return stdin == null ? "" : stdin;
    }

    public static List<String> args(Fields fields) {
        List<String> args = fields.texts("args");
        if (args.size() > MAX_STRINGS) {
            fields.wrong("args", "must be at most " + MAX_STRINGS, "too_long");
        }
        args.stream().map(InputFields::wrongForExec).flatMap(Optional::stream).findFirst()
                .ifPresent(wrong -> fields.wrong("args", wrong.message(), wrong.type()));
        return args;
    }

    private static Map<String, String> env(Fields fields) {
        Map<String, String> env = fields.textMap("env");
        if (env.size() > MAX_STRINGS) {
            fields.wrong("env", "must be at most " + MAX_STRINGS, "too_long");
        }
        env.entrySet().stream().map(InputFields::wrongInEnv).flatMap(Optional::stream).findFirst()
                .ifPresent(wrong -> fields.wrong("env", wrong.message(), wrong.type()));
        return env;
    }

    private static Optional<Wrong> wrongInEnv(Map.Entry<String, String> variable) {
        String name = variable.getKey();
        if (!ENV_NAME.matcher(name).matches()) {
            return Optional.of(new Wrong(
                    "a name must be letters, digits and _, and not begin with a digit", "invalid_name"));
        }
        if (OUR_ENV.matcher(name).matches()) {
            return Optional.of(new Wrong("LD_*, CRUCIBLE_* and the sandbox's own variables (EVAL_ID, HOME, LANG, PATH, PYTHON…) are not yours to set", "not_allowed"));
        }
        return wrongForExec(name + "=" + variable.getValue());
    }

    private static Optional<Wrong> wrongForExec(String value) {
        if (value.indexOf('\0') >= 0) {
            return Optional.of(new Wrong("cannot hold a NUL character", "invalid_text"));
        }
        return Fields.utf8Length(value) > MAX_EXEC_STRING
                ? Optional.of(new Wrong("one is longer than " + MAX_EXEC_STRING + " bytes", "too_long"))
                : Optional.empty();
    }

    /** Bytes that all of it takes. */
    public static long size(String stdin, List<String> args, Map<String, String> env) {
        long bytes = Fields.utf8Length(stdin);
        for (String arg : args) {
            bytes += Fields.utf8Length(arg) + 1;
        }
        for (Map.Entry<String, String> variable : env.entrySet()) {
            bytes += Fields.utf8Length(variable.getKey()) + Fields.utf8Length(variable.getValue()) + 2;
        }
        return bytes;
    }
}
