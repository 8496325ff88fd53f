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
 * The user as whom PostgreSQL's programs run, since they refuse root.
 *
 * @param command the command that runs another as that user; empty if it is the JVM's own
 * @param account the account that must own the data; null if it is the JVM's own
 */
record ServerUser(List<String> command, @Nullable String account) {

    /** The first way that leads to a user who is not root and can enter the given folder. */
    static ServerUser whoCanEnter(Path folder) {
        StringJoiner failures = new StringJoiner("\n  ", "\n  ", "\n");
        for (ServerUser user : ways()) {
            String failure = user.failureToEnter(folder);
            if (failure == null) {
                return user;
            }
            failures.add(user.command().isEmpty() ? "as is: " + failure : user.command() + ": " + failure);
        }
        throw new IllegalStateException("PostgreSQL refuses to run as root, and no other user was to be had. Tried:"
                + failures
                + "Run as an ordinary user, or let root have one that can enter " + folder
                + " (util-linux's setpriv or runuser and the account postgres or nobody), or give a database with -D"
                + ServerChoice.URL + "=jdbc:postgresql://…");
    }

    private static List<ServerUser> ways() {
        List<ServerUser> ways = new ArrayList<>();
        ways.add(new ServerUser(List.of(), null));
        ways.add(new ServerUser(List.of("unshare", "-U"), null));
        for (String account : List.of("postgres", "nobody")) {
            String setpriv = "exec setpriv --reuid=" + account + " --regid=\"$(id -g " + account + ")\""
                    + " --clear-groups -- \"$0\" \"$@\"";
            ways.add(new ServerUser(List.of("sh", "-c", setpriv), account));
            ways.add(new ServerUser(List.of("runuser", "-u", account, "--"), account));
            ways.add(
                    new ServerUser(List.of("su", "-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", account, "--"), account));
        }
        return ways;
    }

    /** What hinders this way; null if nothing does. initdb wants a name for its user, so a number is not enough. */
    private @Nullable String failureToEnter(Path folder) {
        List<String> probe = new ArrayList<>(command);
        probe.addAll(List.of("sh", "-c", "cd \"$1\" && id -un >&2 && id -u", "sh", folder.toString()));
        try {
            Process process = new ProcessBuilder(probe).start();
            process.getOutputStream().close();
            String uid = text(process.getInputStream().readAllBytes());
            String said = text(process.getErrorStream().readAllBytes());
            int exit = process.onExit().join().exitValue();
            if (exit != 0) {
                return "exit code " + exit + ", " + said;
            }
            return uid.equals("0") ? "root" : null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Makes a file or folder this user's, closed to all others. */
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
