package caravan.kafka;

import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/** Says in a user's words what Kafka or its clients complained about. */
public final class KafkaErrors {
    private KafkaErrors() {}

    /** What is wrong. */
    public static String message(KafkaException failure) {
        KafkaException known = deepest(failure);
        Throwable cause = known.getCause();
        return cause == null ? text(known) : text(known) + ": " + text(cause);
    }

    /** What to do about it. */
    public static String hint(KafkaException failure) {
        KafkaException known = deepest(failure);
        if (known instanceof UnsupportedSaslMechanismException) {
            return "set sasl.mechanism in --kafka-config to one that the brokers have";
        }
        if (known instanceof SaslAuthenticationException) {
            return "check user, password and sasl.mechanism in --kafka-config (sasl.jaas.config)";
        }
        if (known instanceof SslAuthenticationException) {
            return causes(known).anyMatch(GeneralSecurityException.class::isInstance)
                    ? "check ssl.truststore.location in --kafka-config, and that the brokers' certificate is for the host"
                            + " in --bootstrap-servers"
                    : "give a client certificate that the brokers trust: ssl.keystore.location in --kafka-config";
        }
        if (known instanceof MissingAclException acl) {
            return acl.hint();
        }
        if (known instanceof AuthorizationException) {
            return "give the user the rights that it needs, with kafka-acls.sh; kafka-acls.md lists them";
        }
        if (known instanceof ConfigException || text(known).contains("SSL ")) {
            return "check --kafka-config and --kafka-property; of a store: location, type and password (ssl.truststore.*,"
                    + " ssl.keystore.*)";
        }
        if (known instanceof RetriableException) {
            return "check --bootstrap-servers, that the brokers can be reached from here, and that security.protocol is what"
                    + " they speak on that port";
        }
        return "check --bootstrap-servers and --kafka-config";
    }

    /** The refusal of a user by the brokers, or of the brokers' certificate, in a chain of causes: no attempt will change it. */
    public static Optional<KafkaException> refusal(Throwable failure) {
        return causes(failure)
                .filter(cause -> cause instanceof AuthenticationException || cause instanceof AuthorizationException)
                .map(KafkaException.class::cast)
                .findFirst();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, at -> at != null, Throwable::getCause);
    }

    private static KafkaException deepest(KafkaException failure) {
        KafkaException at = failure;
        while (at.getCause() instanceof KafkaException cause) {
            at = cause;
        }
        return at;
    }

    private static String text(Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }
}
