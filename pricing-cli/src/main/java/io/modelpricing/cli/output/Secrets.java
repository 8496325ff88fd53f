package io.modelpricing.cli.output;

import java.util.regex.Pattern;

/** Keeps passwords out of what is printed: drivers put whole URLs into their messages. */
public final class Secrets {

    private static final Pattern PARAMETER = Pattern.compile("(?i)([a-z]*pass[a-z]*=)[^&\\s]*");
    private static final Pattern USER_INFO = Pattern.compile("(//[^:@/\\s]*):[^\\s]*@");

    private Secrets() {}

    public static String hidden(String text) {
        return USER_INFO.matcher(PARAMETER.matcher(text).replaceAll("$1***")).replaceAll("$1:***@");
    }
}
