package dev.crucible.app;

import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ImagePull;
import dev.crucible.executor.Languages;
import dev.crucible.kernel.Quantity;
import dev.crucible.platform.http.WireFormat;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads what was typed for a setting. Everything here throws {@link IllegalArgumentException} with what is wrong, never
 * with the value: it may be a secret.
 */
final class SettingParsers {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h)?");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,252})|\\[?[0-9a-f:.]{2,45}(%[a-z0-9]+)?\\]?");
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{16,256}");
    private static final Pattern JDBC = Pattern.compile("jdbc:postgresql:(//[^/\\s]*/)?[^\\s/?]+(\\?\\S*)?");

    private SettingParsers() {}

    static int whole(String text, int lowest, int highest) {
        int number;
        try {
            number = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is not a whole number", e);
        }
        check(number >= lowest && number <= highest, "is out of range");
        return number;
    }

    /** A number of seconds, or a number with one of the units ms, s, m, h. */
    static Duration duration(String text, Duration shortest, Duration longest) {
        Matcher match = DURATION.matcher(text);
        check(match.matches(), "is not a duration");
        long amount = Long.parseLong(match.group(1));
        String unit = match.group(2) == null ? "s" : match.group(2);
        Duration duration =
                switch (unit) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofSeconds(amount);
                };
        check(duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0, "is out of range");
        return duration;
    }

    static long bytes(String text, long smallest, long largest) {
        long bytes = quantity(text);
        check(bytes >= smallest && bytes <= largest, "is out of range");
        return bytes;
    }

    static int cpuMillis(String text, int smallest, int largest) {
        long millis;
        try {
            millis = Quantity.cpuMillis(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a number of CPUs", e);
        }
        check(millis >= smallest && millis <= largest, "is out of range");
        return (int) millis;
    }

    static Path folder(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is not a path", e);
        }
    }

    /** An address or a name; which of them are this machine's alone is another question. */
    static String host(String text) {
        String host = text.toLowerCase(Locale.ROOT);
        check(HOST.matcher(host).matches(), "is neither an address nor a name");
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Host names, parted by commas. */
    static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        for (String name : text.split(",")) {
            names.add(host(name.strip()));
        }
        return Set.copyOf(names);
    }

    /** Names are not looked up: what a name server says must not decide who can reach the server. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || LOOPBACK_V4.matcher(host).matches();
    }

    /** Where another module is. */
    static URI service(String text) {
        URI uri = uri(text);
        boolean socket = "unix".equals(uri.getScheme());
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        check(socket ? uri.getAuthority() == null && uri.getPath() != null && uri.getPath().startsWith("/")
                : web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null,
                "is not the address of a module");
        return uri;
    }

    static List<URI> services(String text) {
        return Stream.of(text.split(",")).map(String::strip).filter(each -> !each.isEmpty()).map(SettingParsers::service).toList();
    }

    static String key(String text) {
        check(KEY.matcher(text).matches(), "is too short, too long, or holds what a header cannot");
        return text;
    }

    static WireFormat wireFormat(String text) {
        return word(text.toLowerCase(Locale.ROOT), List.of("json", "msgpack")).equals("json") ? WireFormat.JSON : WireFormat.MESSAGE_PACK;
    }

    static Path file(String text) {
        Path file = folder(text);
        check(Files.isReadable(file) && Files.isRegularFile(file), "is not a file that can be read");
        return file;
    }

    static String engine(String text) {
        List<String> engines = new ArrayList<>(ExecutorConfig.STRONGEST_FIRST);
        engines.add(0, "auto");
        return word(text.toLowerCase(Locale.ROOT), engines);
    }

    static ImagePull imagePull(String text) {
        return ImagePull.valueOf(word(text.toLowerCase(Locale.ROOT), List.of("never", "missing")).toUpperCase(Locale.ROOT));
    }

    static Boolean onOff(String text) {
        return word(text.toLowerCase(Locale.ROOT), List.of("on", "off")).equals("on");
    }

    /** A file whose languages are valid. */
    static Path languages(String text) {
        Path file = folder(text);
        Languages.load(file);
        return file;
    }

    /** Absolute paths, parted by commas. */
    static List<Path> paths(String text) {
        List<Path> paths = new ArrayList<>();
        for (String each : text.split(",")) {
            String path = each.strip();
            check(path.startsWith("/") && path.indexOf('\0') < 0, "holds something that is not an absolute path");
            paths.add(Path.of(path).normalize());
        }
        check(!paths.isEmpty(), "names nothing");
        return List.copyOf(paths);
    }

    static String word(String text, List<String> words) {
        check(words.contains(text), "is not one of the words it may be");
        return text;
    }

    static String databaseUrl(String text) {
        if (text.startsWith("jdbc:")) {
            check(JDBC.matcher(text).matches(), "is not the JDBC address of a PostgreSQL database");
            return text;
        }
        URI uri = uri(text);
        String path = uri.getRawPath();
        check(
                ("postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme())) && uri.getHost() != null
                        && path != null && path.length() > 1 && path.indexOf('/', 1) < 0,
                "is not the address of a PostgreSQL database; a special character in its password is written as"
                        + " %-escape, @ as %40");
        return text;
    }

    static String unixSocket(String text) {
        URI uri = uri(text);
        check(
                "unix".equals(uri.getScheme()) && uri.getAuthority() == null && uri.getPath() != null
                        && uri.getPath().length() > 1,
                "is not the address of a Unix socket; Docker over TCP or SSH is not supported");
        return text;
    }

    private static long quantity(String text) {
        try {
            return Quantity.bytes(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not a size", e);
        }
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            // The cause would quote the value, which may hold a password.
            throw new IllegalArgumentException("is not a valid address");
        }
    }

    private static void check(boolean fits, String problem) {
        if (!fits) {
            throw new IllegalArgumentException(problem);
        }
    }
}
