package caravan.manage;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Which parameters of tasks carry secrets, told by their names. They are kept and shown only as references. */
final class Secrets {
    private static final Pattern NAME =
            Pattern.compile("(?i).*(password|passphrase|secret|token|jaas|credential|(api|access|private)[._-]?key).*");

    /** {@code {{name}}} or {@code {{function:name}}} of Camel's property functions; a default behind it would be the secret itself. */
    private static final Pattern REFERENCE =
            Pattern.compile("\\{\\{(?:(?:env|sys|file|aws|gcp|azure|hashicorp|cyberark|secret|configmap):)?[^{}:]+}}");

    private static final String HIDDEN = "***";

    private Secrets() {}

    /** Whether a parameter of this name carries a secret. */
    static boolean secret(String parameter) {
        return NAME.matcher(parameter).matches();
    }

    /** Whether this would give a secret away. */
    static boolean plain(String parameter, String value) {
        return secret(parameter)
                && !value.isEmpty()
                && !REFERENCE.matcher(value).matches();
    }

    /** The parameters as they may be shown. */
    static Map<String, String> hidden(Map<String, String> parameters) {
        Map<String, String> shown = new TreeMap<>(parameters);
        shown.replaceAll(Secrets::hidden);
        return shown;
    }

    /** A value as it may be shown. */
    static String hidden(String parameter, String value) {
        return plain(parameter, value) ? HIDDEN : value;
    }
}
