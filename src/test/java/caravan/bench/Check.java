package caravan.bench;

import java.util.Locale;

/**
 * A figure and the target that it is to reach.
 *
 * @param what which figure
 * @param value what was measured
 * @param atLeast whether {@code limit} is the least that passes; else it is the most
 * @param limit the target
 */
record Check(String what, double value, boolean atLeast, double limit) {

    static Check atLeast(String what, double value, double limit) {
        return new Check(what, value, true, limit);
    }

    static Check atMost(String what, double value, double limit) {
        return new Check(what, value, false, limit);
    }

    boolean passed() {
        return atLeast ? value >= limit : value <= limit;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %s %s: %s %s",
                what,
                atLeast ? "≥" : "≤",
                number(limit),
                number(value),
                passed() ? "✓" : "✗ MISSED");
    }

    private static String number(double value) {
        return value == Math.rint(value) || Math.abs(value) >= 1_000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
