package caravan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a scenario with a yardstick has to reach.
 *
 * @param speed least yardstick's wall time / Caravan's
 * @param cpu most Caravan's CPU / yardstick's
 * @param storedBytes most bytes of the archive at scale 1
 */
record Target(OptionalDouble speed, OptionalDouble cpu, OptionalDouble storedBytes) {
    static final Target NONE = new Target(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

    static Target speed(double least) {
        return new Target(OptionalDouble.of(least), OptionalDouble.empty(), OptionalDouble.empty());
    }

    Target cpu(double most) {
        return new Target(speed, OptionalDouble.of(most), storedBytes);
    }

    Target storedBytes(double most) {
        return new Target(speed, cpu, OptionalDouble.of(most));
    }

    List<Check> check(Result result, double scale) {
        List<Check> checks = new ArrayList<>();
        speed.ifPresent(
                least -> checks.add(Check.atLeast("speed", result.speed().orElse(Double.NaN), least)));
        cpu.ifPresent(most -> checks.add(Check.atMost("CPU", result.cpu().orElse(Double.NaN), most)));
        storedBytes.ifPresent(
                most -> checks.add(Check.atMost("stored MB", result.storedBytes() / 1e6, most * scale / 1e6)));
        return checks;
    }
}
