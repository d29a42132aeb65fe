package dev.crucible.platform.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * One side of a TLS connection as PEM files: its certificate chain, its private key in PKCS#8, and the authority that
 * the other side's certificate must come from. With an authority both sides show one (mTLS).
 *
 * @param authority null to ask a client for no certificate, and to trust the machine's own authorities as a client
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path authority) {
    /** Of key stores that never leave this process. */
    static final String PASSWORD = "memory";

    public TlsFiles {
        requireNonNull(certificate, "certificate is null");
        requireNonNull(key, "key is null");
    }

    /** @throws PlatformException {@code INTERNAL} naming the file that cannot be used */
    KeyStore keys() {
        try {
            KeyStore store = empty();
            Certificate[] chain = certificates(certificate).toArray(Certificate[]::new);
            store.setKeyEntry("own", privateKey(chain[0].getPublicKey().getAlgorithm()), PASSWORD.toCharArray(), chain);
            return store;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw unusable(certificate + " and " + key, e);
        }
    }

    @Nullable KeyStore authorities() {
        if (authority == null) {
            return null;
        }
        try {
            KeyStore store = empty();
            int number = 0;
            for (Certificate trusted : certificates(authority)) {
                store.setCertificateEntry("authority" + number++, trusted);
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(authority.toString(), e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private PrivateKey privateKey(String algorithm) throws IOException, GeneralSecurityException {
        String pem = Files.readString(key, StandardCharsets.US_ASCII)
                .replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private static PlatformException unusable(String files, Exception e) {
        return new PlatformException(ErrorCode.INTERNAL,
                "The certificate or key in " + files + " cannot be used: PEM is expected, the key as PKCS#8 (BEGIN PRIVATE KEY).", e);
    }
}
