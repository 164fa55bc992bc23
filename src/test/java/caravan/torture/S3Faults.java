package caravan.torture;

import caravan.testbed.FaultyS3;
import caravan.testbed.S3Fault;
import caravan.testbed.S3Requests;
import java.time.Duration;
import java.util.Random;

/** What is done to the S3 server, by the proxy before it. */
final class S3Faults {
    private static final String OBJECTS = "\\.zip$";

    private final FaultyS3 proxy;
    private final Weather weather;
    private final Counts counts;

    S3Faults(FaultyS3 proxy, Weather weather, Counts counts) {
        this.proxy = proxy;
        this.weather = weather;
        this.counts = counts;
    }

    /** Does what was planned; ends when it is over. */
    void attack(Fault fault) {
        weather.storm();
        try {
            if (fault.kind() == FaultKind.S3_AWAY) {
                proxy.shut();
                Attack.pause(fault.seconds());
                proxy.open();
            } else {
                FaultyS3.Injection injection = proxy.inject(
                        fault(fault.kind(), new Random(fault.seed())),
                        requests(fault.kind()).withChance(fault.chance(), fault.seed()));
                Attack.pause(fault.seconds());
                injection.end();
                counts.add("S3 requests met by " + fault.kind().id(), injection.count());
            }
        } finally {
            weather.calm();
        }
    }

    private static S3Fault fault(FaultKind kind, Random random) {
        return switch (kind) {
            case S3_SLOW_DOWN -> S3Fault.slowDown();
            case S3_INTERNAL_ERROR -> S3Fault.internalError();
            case S3_DELAYED -> S3Fault.delayed(Duration.ofMillis(500 + random.nextInt(2_500)));
            case S3_UPLOADS_LATE -> S3Fault.delayed(Duration.ofMillis(8_000 + random.nextInt(12_000)));
            case S3_REQUEST_CUT -> S3Fault.requestCutAfter(random.nextInt(20_000));
            case S3_ANSWER_CUT -> S3Fault.answerCutAfter(random.nextInt(2_000));
            case S3_ANSWER_LOST -> S3Fault.answerLost();
            case S3_WRONG_ETAG -> S3Fault.wrongEtag();
            case S3_FALSE_412 -> S3Fault.preconditionFailed();
            case S3_EXPIRED -> S3Fault.expiredCredentials();
            default -> throw new IllegalArgumentException(kind.id());
        };
    }

    private static S3Requests requests(FaultKind kind) {
        return switch (kind) {
            case S3_REQUEST_CUT, S3_ANSWER_LOST -> S3Requests.puts("");
            case S3_ANSWER_CUT -> S3Requests.of("GET", "");
            case S3_UPLOADS_LATE, S3_FALSE_412 -> S3Requests.puts(OBJECTS);
            default -> S3Requests.all();
        };
    }
}
