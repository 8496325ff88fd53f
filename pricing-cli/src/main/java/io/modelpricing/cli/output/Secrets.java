package io.modelpricing.cli.output;

import java.util.regex.Pattern;

/** Masks passwords in text that is printed. The database driver puts whole URLs into its messages. */
public final class Secrets {

    private static final Pattern PARAMETER = Pattern.compile("(?i)([a-z]*pass[a-z]*=)[^&\\s]*");
    private static final Pattern USER_INFO = Pattern.compile("(//[^:@/\\s]*):[^\\s]*@");

    private Secrets() {}

    public static String masked(String text) {
        return USER_INFO.matcher(PARAMETER.matcher(text).replaceAll("$1***")).replaceAll("$1:***@");
    }
}
