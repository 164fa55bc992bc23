package caravan.torture;

import caravan.torture.FaultKind.Victim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Carries a plan out: each victim's faults one after the other, those of different victims beside each other. */
final class Attack {
    private final Plan plan;
    private final double seconds;
    private final Map<Victim, Consumer<Fault>> attackers;
    private final Counts counts;
    private final Failures failures;
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private long begin;

    /** @param seconds after which no fault begins */
    Attack(Plan plan, double seconds, Map<Victim, Consumer<Fault>> attackers, Counts counts, Failures failures) {
        this.plan = plan;
        this.seconds = seconds;
        this.attackers = attackers;
        this.counts = counts;
        this.failures = failures;
    }

    /** Ends when the time is over and all faults have ended, or after the first failure. */
    void run() {
        begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        attackers.forEach(
                (victim, attacker) -> threads.add(new Thread(() -> attack(victim, attacker), "attack on " + victim)));
        threads.forEach(Thread::start);
        try {
            while (elapsed() < seconds && goesOn()) {
                Thread.sleep(100);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
        if (!errors.isEmpty()) {
            throw new TortureException("an attack could not be carried out: " + errors.get(0), errors.get(0));
        }
    }

    private void attack(Victim victim, Consumer<Fault> attacker) {
        for (Fault fault : plan.of(victim)) {
            while (elapsed() < fault.at() && goesOn()) {
                pause(0.05);
            }
            if (elapsed() > seconds || !goesOn()) {
                return;
            }
            Console.step("%s", fault);
            double begun = elapsed();
            try {
                attacker.accept(fault);
                Console.step("          %s is over after %.1f s", fault.kind().id(), elapsed() - begun);
            } catch (RuntimeException | Error e) {
                errors.add(e);
                return;
            }
            counts.add(fault.kind().id(), 1);
        }
    }

    private boolean goesOn() {
        return !failures.any() && errors.isEmpty();
    }

    private double elapsed() {
        return (System.nanoTime() - begin) / 1e9;
    }

    static void pause(double seconds) {
        try {
            Thread.sleep((long) (seconds * 1_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
    }
}
