package caravan.testbed;

import java.io.IOException;
import java.time.Duration;

/** What {@link FaultyS3} does with a request instead of passing it on; one of those here, or of a test's own. */
@FunctionalInterface
public interface S3Fault {
    /** Deals with a request. What throws cuts the connection. */
    void on(S3Exchange exchange) throws IOException;

    /** No fault: request and answer are passed on. */
    static S3Fault none() {
        return S3Exchange::pass;
    }

    /** The connection is cut before anything was sent on. */
    static S3Fault refused() {
        return S3Exchange::reset;
    }

    /** 503 {@code SlowDown}; nothing is sent on. */
    static S3Fault slowDown() {
        return answered(503, "SlowDown");
    }

    /** 500 {@code InternalError}; nothing is sent on. */
    static S3Fault internalError() {
        return answered(500, "InternalError");
    }

    /** 403 {@code ExpiredToken}, as where temporary credentials have come to their end; nothing is sent on. */
    static S3Fault expiredCredentials() {
        return answered(403, "ExpiredToken");
    }

    /** 412 {@code PreconditionFailed}, whether the object is there or not; nothing is sent on. */
    static S3Fault preconditionFailed() {
        return answered(412, "PreconditionFailed");
    }

    /** This status, with this code of S3 in the body; nothing is sent on. */
    static S3Fault answered(int status, String code) {
        return exchange -> exchange.answer(status, code);
    }

    /** Passed on after this time. */
    static S3Fault delayed(Duration delay) {
        return exchange -> {
            exchange.pause(delay);
            exchange.pass();
        };
    }

    /** Both connections are cut after so many bytes of the request's body: the server never sees it whole. */
    static S3Fault requestCutAfter(long bytes) {
        return exchange -> {
            exchange.send(bytes);
            exchange.cut();
        };
    }

    /** The connection is closed after so many bytes of the answer's body. */
    static S3Fault answerCutAfter(long bytes) {
        return exchange -> {
            exchange.send();
            exchange.receive();
            exchange.relay(bytes);
            exchange.cut();
        };
    }

    /** Like {@link #answerCutAfter}, by a reset: what the client has not read yet is lost. */
    static S3Fault answerResetAfter(long bytes) {
        return exchange -> {
            exchange.send();
            exchange.receive();
            exchange.relay(bytes);
            exchange.reset();
        };
    }

    /** The server does what it is asked for, and the client never hears of it: cut behind the request, before the answer. */
    static S3Fault answerLost() {
        return exchange -> {
            exchange.send();
            exchange.receive();
            exchange.cut();
        };
    }

    /** Passed on; the answer's ETag is another one. */
    static S3Fault wrongEtag() {
        return exchange -> {
            exchange.send();
            exchange.receive();
            exchange.changeAnswer("ETag", "\"00000000000000000000000000000000\"");
            exchange.relay();
        };
    }
}
