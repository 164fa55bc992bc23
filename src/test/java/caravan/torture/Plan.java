package caravan.torture;

import caravan.torture.FaultKind.Victim;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * All faults of a run, which a seed fixes: kinds, targets, moments, lengths. Kinds are dealt like cards: of a victim each comes once
 * before one comes again.
 */
final class Plan {
    private static final double FIRST_SECONDS = 2;
    private static final int TARGETS = 1_000;
    /** Often all requests of a kind, else some. */
    private static final double ALL_REQUESTS = 0.4;

    private final Map<Victim, List<Fault>> faults = new EnumMap<>(Victim.class);

    /**
     * @param seconds after which no fault begins
     * @param kinds that may come
     */
    Plan(long seed, double seconds, Set<FaultKind> kinds) {
        for (Victim victim : Victim.values()) {
            // Each victim's by itself, so that one kind less changes nothing for other victims.
            Random random = new Random(seed * Victim.values().length + victim.ordinal());
            List<FaultKind> possible =
                    FaultKind.of(victim).stream().filter(kinds::contains).toList();
            faults.put(victim, possible.isEmpty() ? List.of() : plan(random, victim, seconds, possible));
        }
    }

    private static List<Fault> plan(Random random, Victim victim, double seconds, List<FaultKind> possible) {
        List<Fault> planned = new ArrayList<>();
        Deque<FaultKind> cards = new ArrayDeque<>();
        double at = FIRST_SECONDS + random.nextDouble() * Math.min(victim.pauseSeconds(), seconds / 2);
        while (at < seconds) {
            if (cards.isEmpty()) {
                List<FaultKind> shuffled = new ArrayList<>(possible);
                Collections.shuffle(shuffled, random);
                // Takes as long as several others: a short run would see nothing else.
                if (shuffled.remove(FaultKind.BROKERS_ROLLED)) {
                    shuffled.add(FaultKind.BROKERS_ROLLED);
                }
                cards.addAll(shuffled);
            }
            FaultKind kind = cards.remove();
            double lasting = kind.leastSeconds() + random.nextDouble() * (kind.mostSeconds() - kind.leastSeconds());
            double chance = random.nextDouble() < ALL_REQUESTS ? 1 : 0.1 + 0.9 * random.nextDouble();
            planned.add(new Fault(kind, at, lasting, random.nextInt(TARGETS), chance, random.nextLong()));
            at += lasting + random.nextDouble() * victim.pauseSeconds();
        }
        return List.copyOf(planned);
    }

    /** A victim's faults, in their order. */
    List<Fault> of(Victim victim) {
        return faults.get(victim);
    }

    /** All, in their order. */
    List<Fault> all() {
        return faults.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingDouble(Fault::at))
                .toList();
    }
}
