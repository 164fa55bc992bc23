package caravan.torture;

import caravan.testbed.ProcessCluster;
import caravan.testbed.ProcessSignal;
import java.util.Random;

/** What is done to the brokers: to one after the other, never to two at a time, as a record has three replicas. */
final class BrokerFaults {
    private final ProcessCluster cluster;
    private final Weather weather;

    BrokerFaults(ProcessCluster cluster, Weather weather) {
        this.cluster = cluster;
        this.weather = weather;
    }

    /** Does what was planned; ends when all brokers are there again, and all replicas in sync. */
    void attack(Fault fault) {
        weather.storm();
        try {
            ProcessCluster.Node victim =
                    cluster.node(1 + fault.target() % cluster.nodes().size());
            switch (fault.kind()) {
                case BROKER_KILLED -> restart(victim, ProcessSignal.KILL, fault.seconds());
                case BROKER_STOPPED -> restart(victim, ProcessSignal.TERM, fault.seconds());
                case CONTROLLER_KILLED -> restart(cluster.controller(), ProcessSignal.KILL, fault.seconds());
                case BROKER_HELD -> {
                    victim.signal(ProcessSignal.STOP);
                    Attack.pause(fault.seconds());
                    victim.signal(ProcessSignal.CONT);
                }
                case BROKERS_ROLLED -> {
                    for (ProcessCluster.Node node : cluster.nodes()) {
                        restart(node, ProcessSignal.TERM, fault.seconds());
                        cluster.awaitWhole();
                    }
                }
                case LEADERS_ELECTED -> cluster.electPreferred();
                case LEADERS_MOVED -> cluster.shuffleLeaders(new Random(fault.seed()));
                default -> throw new IllegalArgumentException(fault.toString());
            }
            cluster.awaitWhole();
        } finally {
            weather.calm();
        }
    }

    private static void restart(ProcessCluster.Node node, ProcessSignal end, double seconds) {
        node.signal(end);
        node.awaitEnd();
        Attack.pause(seconds);
        node.start();
    }
}
