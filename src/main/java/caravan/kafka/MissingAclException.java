package caravan.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.SecurityUtils;

/** The brokers refuse the user an operation. They don't say which, so who asked for it says it here. */
public final class MissingAclException extends AuthorizationException {
    private static final long serialVersionUID = 1;

    private final AclOperation operation;
    private final ResourceType type;
    private final String name;

    private MissingAclException(AclOperation operation, ResourceType type, String name) {
        super("the user lacks " + SecurityUtils.operationName(operation) + " on the " + word(type) + " " + name);
        this.operation = operation;
        this.type = type;
        this.name = name;
    }

    /** An operation on topics was refused. */
    static MissingAclException ofTopics(AclOperation operation, Collection<String> names) {
        return new MissingAclException(
                operation, ResourceType.TOPIC, names.stream().sorted().collect(Collectors.joining(", ")));
    }

    /** An operation on a consumer group was refused. */
    static MissingAclException ofGroup(AclOperation operation, String name) {
        return new MissingAclException(operation, ResourceType.GROUP, name);
    }

    /** What a consumer was refused: to read a topic, or to be a member of its group. Others are left as they are. */
    public static AuthorizationException ofConsumer(AuthorizationException refusal) {
        if (refusal instanceof TopicAuthorizationException topics) {
            return ofTopics(AclOperation.READ, topics.unauthorizedTopics());
        }
        return refusal instanceof GroupAuthorizationException group
                ? ofGroup(AclOperation.READ, group.groupId())
                : refusal;
    }

    /**
     * What a producer was refused. The brokers speak of the cluster where it may write to no topic at all, because any that it
     * may write to lets it be idempotent (KIP-679).
     */
    static MissingAclException ofProducer(String topic) {
        return ofTopics(AclOperation.WRITE, List.of(topic));
    }

    /** What to do about it. */
    String hint() {
        String enough =
                switch (operation) {
                    case DESCRIBE ->
                        type == ResourceType.TOPIC
                                ? " (a backup needs Read, a restore Write, which imply it)"
                                : " (of its own group, a backup needs Read, which implies it)";
                    case DESCRIBE_CONFIGS -> " (a restore needs AlterConfigs, which implies it)";
                    default -> "";
                };
        return "let an administrator give it: kafka-acls.sh --add --allow-principal User:… --operation "
                + SecurityUtils.operationName(operation) + " --" + word(type) + " '" + name + "'" + enough
                + "; kafka-acls.md lists all that are needed";
    }

    private static String word(ResourceType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
