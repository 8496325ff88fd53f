package io.modelpricing.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that PostgreSQL stores for a password, as it accepts it in place of the password.
 *
 * <p>It is hashed once instead of 4,096 times. Clients repeat the hashing for each connection, which would take a
 * third of the time to connect. Many repetitions slow down guessing, which a long random password does not need.
 */
final class ScramSecret {

    private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};

    private ScramSecret() {}

    /** Returns the secret of a long random password of ASCII letters and digits, as RFC 5802 defines it. */
    static String of(String password) {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        try {
            byte[] salted = hmac(password.getBytes(US_ASCII), salt, FIRST_BLOCK);
            byte[] clientKey = hmac(salted, "Client Key".getBytes(US_ASCII));
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
            byte[] serverKey = hmac(salted, "Server Key".getBytes(US_ASCII));
            return "SCRAM-SHA-256$1:" + text(salt) + "$" + text(storedKey) + ":" + text(serverKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256: " + e.getMessage(), e);
        }
    }

    private static byte[] hmac(byte[] key, byte[]... texts) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        for (byte[] text : texts) {
            mac.update(text);
        }
        return mac.doFinal();
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
