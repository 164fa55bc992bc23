package caravan.bench;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What a scenario found.
 *
 * @param id its letter
 * @param title what it does
 * @param yardstick what it is compared with, or ""
 * @param records records that were moved in a round
 * @param payloadBytes bytes of their values
 * @param rounds the measured rounds, without the warm-up
 * @param checks targets, reached or not
 * @param figures other figures by name, with the unit in the name
 */
record Result(
        String id,
        String title,
        String yardstick,
        long records,
        long payloadBytes,
        List<Round> rounds,
        List<Check> checks,
        Map<String, Double> figures) {

    /** The median of Caravan's figures. */
    double caravan(ToDoubleFunction<Usage> figure) {
        return median(rounds.stream()
                        .mapToDouble(
                                round -> figure.applyAsDouble(round.caravan().process())))
                .orElse(Double.NaN);
    }

    /** The median of the yardstick's figures; empty without a yardstick. */
    OptionalDouble yardstick(ToDoubleFunction<Usage> figure) {
        return median(rounds.stream()
                .flatMap(round -> round.yardstick().stream())
                .mapToDouble(yardstick -> figure.applyAsDouble(yardstick.process())));
    }

    /** Yardstick's wall time / Caravan's: above 1, Caravan is faster. */
    OptionalDouble speed() {
        OptionalDouble wall = yardstick(Usage::wallSeconds);
        return wall.isPresent()
                ? OptionalDouble.of(wall.getAsDouble() / caravan(Usage::wallSeconds))
                : OptionalDouble.empty();
    }

    /** Caravan's CPU / yardstick's: below 1, Caravan takes less. */
    OptionalDouble cpu() {
        OptionalDouble cpu = yardstick(Usage::cpuSeconds);
        return cpu.isPresent()
                ? OptionalDouble.of(caravan(Usage::cpuSeconds) / cpu.getAsDouble())
                : OptionalDouble.empty();
    }

    /** Payload by wall time of the whole process, bytes per second. */
    double bytesPerSecond() {
        return payloadBytes / caravan(Usage::wallSeconds);
    }

    /** Caravan's CPU time by 10⁹ bytes of payload. */
    double cpuSecondsPerGigabyte() {
        return caravan(Usage::cpuSeconds) / (payloadBytes / 1e9);
    }

    /** The median of the archive's size, bytes. */
    double storedBytes() {
        return median(rounds.stream().mapToDouble(Round::storedBytes)).orElse(Double.NaN);
    }

    /** The median of the seconds from assignment to the last commit; empty where that is no backup. */
    OptionalDouble assignedToCommitted() {
        return median(rounds.stream().flatMapToDouble(round -> round.assignedToCommitted().stream()));
    }

    /** Share of the machine's time that others took while Caravan or its yardstick ran: in the worst round. */
    double disturbance(int cores) {
        return rounds.stream()
                .flatMap(round -> Stream.concat(Stream.of(round.caravan()), round.yardstick().stream()))
                .mapToDouble(
                        figures -> figures.otherCpuSeconds() / figures.process().wallSeconds() / cores)
                .max()
                .orElse(0);
    }

    Result with(List<Check> checked) {
        return new Result(id, title, yardstick, records, payloadBytes, rounds, checked, figures);
    }

    static OptionalDouble median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }
}
