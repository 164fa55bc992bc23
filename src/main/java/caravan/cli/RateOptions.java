package caravan.cli;

import picocli.CommandLine.Option;

/** How much of the network a command takes. */
final class RateOptions {

    @Option(
            names = "--max-rate",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "Bytes of log that are moved in a second, at most (default: no limit).")
    private long maxRate;

    /** The value of the parameter {@code maxRate} of a task. */
    String parameter() {
        if (maxRate < 0) {
            throw CommandException.usage(
                    "a rate can't be negative: " + maxRate, "give --max-rate in bytes a second, or 0 for no limit");
        }
        return Long.toString(maxRate);
    }
}
