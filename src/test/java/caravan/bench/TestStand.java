package caravan.bench;

import caravan.testbed.S3Server;
import caravan.testbed.Workspace;
import java.util.function.Supplier;

/**
 * What scenarios work with.
 *
 * @param options what the command line chose
 * @param workspace directories and processes that go away at the end
 * @param broker the broker
 * @param s3 the S3 server
 * @param caravan the product
 * @param tools the yardsticks
 * @param dataSets topics to back up
 */
record TestStand(
        BenchOptions options,
        Workspace workspace,
        Broker broker,
        S3Server s3,
        CaravanJar caravan,
        KafkaTools tools,
        DataSets dataSets) {

    /** What a run took, with the servers' share. */
    Figures measure(Supplier<Finished> run) {
        double machineBefore = ProcFiles.machineBusySeconds();
        double brokerBefore = broker.cpuSeconds();
        double s3Before = s3CpuSeconds();
        Usage usage = run.get().usage();
        double ofBroker = broker.cpuSeconds() - brokerBefore;
        double ofS3 = s3CpuSeconds() - s3Before;
        double known = usage.cpuSeconds() + ofBroker + (Double.isNaN(ofS3) ? 0 : ofS3);
        double others = Math.max(0, ProcFiles.machineBusySeconds() - machineBefore - known);
        return new Figures(usage, ofBroker, ofS3, others);
    }

    /** Not a number where the server is not on this machine. */
    private double s3CpuSeconds() {
        return s3.pid().isPresent() ? ProcFiles.cpuSeconds(s3.pid().getAsLong()) : Double.NaN;
    }

    /** How many rounds there are, with those that don't count. */
    int allRounds() {
        return options.warmups() + options.rounds();
    }

    /** Whether a round, counted from 0, only warms up. */
    boolean warmsUp(int round) {
        return round < options.warmups();
    }
}
