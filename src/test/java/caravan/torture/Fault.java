package caravan.torture;

import java.util.Locale;

/**
 * One planned fault.
 *
 * @param kind what is done
 * @param at when, in seconds after the torture began; later where the fault before it took longer
 * @param seconds how long it lasts
 * @param target which of its victims, by chance: taken modulo their number
 * @param chance of each single request to be met, where requests are, above 0 to 1
 * @param seed for what else is left to chance
 */
record Fault(FaultKind kind, double at, double seconds, int target, double chance, long seed) {
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%6.1f s  %-18s for %4.1f s", at, kind.id(), seconds);
    }
}
