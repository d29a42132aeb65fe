package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A database's address: {@code postgresql://user:pw@host:port/db?options}, {@code postgres://…} or
 * {@code jdbc:postgresql://…}. Its text form has no password.
 *
 * @param jdbc the JDBC form, without user and password
 */
record DatabaseUrl(String jdbc, @Nullable String user, @Nullable String password) {
    private static final String JDBC = "jdbc:postgresql:";

    /** @throws PlatformException {@code VALIDATION} if {@code text} is none of the forms; never quotes it */
    static DatabaseUrl parse(String text) {
        if (text.startsWith(JDBC)) {
            int question = text.indexOf('?');
            return question < 0
                    ? new DatabaseUrl(text, null, null)
                    : of(text.substring(0, question), text.substring(question + 1), null, null);
        }
        if (!text.startsWith("postgresql://") && !text.startsWith("postgres://")) {
            throw malformed();
        }
        try {
            return of(new URI(text));
        } catch (URISyntaxException e) {
            // The cause would quote the whole text with its password.
            throw malformed();
        }
    }

    private static DatabaseUrl of(URI uri) {
        if (uri.getHost() == null) {
            throw malformed();
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String account = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        int colon = account.indexOf(':');
        String user = colon < 0 ? account : account.substring(0, colon);
        String password = colon < 0 ? null : decoded(account.substring(colon + 1));
        return of(
                JDBC + "//" + uri.getHost() + port + path, uri.getRawQuery() == null ? "" : uri.getRawQuery(),
                user.isEmpty() ? null : decoded(user), password);
    }

    /** Takes user and password out of the options: the pool logs the address. */
    private static DatabaseUrl of(String address, String query, @Nullable String user, @Nullable String password) {
        StringJoiner options = new StringJoiner("&", "?", "").setEmptyValue("");
        for (String option : query.split("&")) {
            if (option.startsWith("user=")) {
                user = decoded(option.substring("user=".length()));
            } else if (option.startsWith("password=")) {
                password = decoded(option.substring("password=".length()));
            } else if (!option.isEmpty()) {
                options.add(option);
            }
        }
        return new DatabaseUrl(address + options, user, password);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }

    private static PlatformException malformed() {
        return new PlatformException(
                ErrorCode.VALIDATION,
                "The database's address must look like postgresql://user:password@host:5432/name or jdbc:postgresql://…;"
                        + " characters such as @ or / in a password are written as %40 or %2F");
    }

    /** Where the database is, without options, since they may name secrets (a key's password, a token). */
    @Override
    public String toString() {
        int options = jdbc.indexOf('?');
        return (options < 0 ? jdbc : jdbc.substring(0, options)).substring("jdbc:".length());
    }
}
