package io.modelpricing.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The operating system user that runs PostgreSQL's programs, which refuse to run as root.
 *
 * @param command the command that runs another command as that user; empty for the user of this JVM
 * @param account the account that must own the data; null for the user of this JVM
 */
record ServerUser(List<String> command, @Nullable String account) {

    /** Returns the first candidate that is not root and can enter the folder. */
    static ServerUser ableToEnter(Path folder) {
        StringJoiner failures = new StringJoiner("\n  ", "\n  ", "\n");
        for (ServerUser user : candidates()) {
            String failure = user.failureToEnter(folder);
            if (failure == null) {
                return user;
            }
            failures.add(user.command().isEmpty() ? "this user: " + failure : user.command() + ": " + failure);
        }
        throw new IllegalStateException("PostgreSQL refuses to run as root, and no other user is available. Tried:"
                + failures
                + "Run as an ordinary user; or install setpriv or runuser (util-linux) and let the account postgres or"
                + " nobody enter " + folder + "; or name a database with -D" + ServerChoice.URL
                + "=jdbc:postgresql://…");
    }

    private static List<ServerUser> candidates() {
        List<ServerUser> candidates = new ArrayList<>();
        candidates.add(new ServerUser(List.of(), null));
        candidates.add(new ServerUser(List.of("unshare", "-U"), null));
        for (String account : List.of("postgres", "nobody")) {
            String setpriv = "exec setpriv --reuid=" + account + " --regid=\"$(id -g " + account + ")\""
                    + " --clear-groups -- \"$0\" \"$@\"";
            candidates.add(new ServerUser(List.of("sh", "-c", setpriv), account));
            candidates.add(new ServerUser(List.of("runuser", "-u", account, "--"), account));
            candidates.add(
                    new ServerUser(List.of("su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", account, "--"), account));
        }
        return candidates;
    }

    /** Returns why this user is unusable; null if usable. The user must have a name, because initdb requires one. */
    private @Nullable String failureToEnter(Path folder) {
        List<String> probe = new ArrayList<>(command);
        probe.addAll(List.of("sh", "-c", "cd \"$1\" && id -un >&2 && id -u", "sh", folder.toString()));
        try {
            Process process = new ProcessBuilder(probe).start();
            process.getOutputStream().close();
            String uid = text(process.getInputStream().readAllBytes());
            String errors = text(process.getErrorStream().readAllBytes());
            int exit = process.onExit().join().exitValue();
            if (exit != 0) {
                return "exit code " + exit + ", " + errors;
            }
            return uid.equals("0") ? "root" : null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Makes this user the owner of a file or folder, and denies access to all others. */
    void give(Path file) throws IOException {
        String permissions = Files.isDirectory(file) ? "rwx------" : "rw-------";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        if (account != null) {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(account));
        }
    }

    private static String text(byte[] output) {
        return new String(output, StandardCharsets.UTF_8).strip();
    }
}
