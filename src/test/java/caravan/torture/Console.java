package caravan.torture;

import java.util.Locale;

/** Tells on standard error what is going on; the result alone goes to standard output. */
final class Console {
    private Console() {}

    static void step(String format, Object... values) {
        System.err.printf(
                Locale.ROOT, "[%tT] %s%n", System.currentTimeMillis(), String.format(Locale.ROOT, format, values));
    }
}
