package caravan.testbed;

import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Which requests to an S3 server are meant.
 *
 * @param method matches the whole method
 * @param target found somewhere in {@code /bucket/key} or {@code /bucket?query}, which are decoded
 * @param most number of requests after which none is meant any more
 * @param chance of each request to be meant, 0 to 1
 * @param seed of the random numbers that decide: the same one makes the same decisions, in the order in which requests come
 */
public record S3Requests(Pattern method, Pattern target, int most, double chance, long seed) {

    /** All. */
    public static S3Requests all() {
        return of(".*", "");
    }

    /** Those whose method matches a regular expression, and in whose target another one is found. */
    public static S3Requests of(String method, String target) {
        return new S3Requests(Pattern.compile(method), Pattern.compile(target), Integer.MAX_VALUE, 1, 0);
    }

    /** PUTs of objects in whose key the expression is found. */
    public static S3Requests puts(String key) {
        return of("PUT", key);
    }

    /** GETs of objects in whose key the expression is found. */
    public static S3Requests gets(String key) {
        return of("GET", "^[^?]*(" + key + ")");
    }

    /** LISTs (version 2). */
    public static S3Requests lists() {
        return of("GET", "[?&]list-type=2");
    }

    /** The first {@code most} of these, counted from now. */
    public S3Requests first(int most) {
        return new S3Requests(method, target, most, chance, seed);
    }

    /** Each of these with a chance. */
    public S3Requests withChance(double chance, long seed) {
        return new S3Requests(method, target, most, chance, seed);
    }

    /** Random numbers of its own; empty where chance has no part in it. */
    Optional<Random> random() {
        return chance < 1 ? Optional.of(new Random(seed)) : Optional.empty();
    }

    boolean match(S3Exchange exchange) {
        return method.matcher(exchange.method()).matches()
                && target.matcher(exchange.target()).find();
    }
}
