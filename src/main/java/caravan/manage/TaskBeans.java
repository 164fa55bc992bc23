package caravan.manage;

import caravan.backup.BackupTask;
import caravan.kafka.ChunkClients;
import caravan.kafka.Tasks;
import caravan.restore.RestoreTask;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers an MBean for each task: {@code caravan:type=backup,name="orders-backup"}, or {@code type=restore}. */
public final class TaskBeans implements Tasks.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(TaskBeans.class);

    private final TaskStates states;
    private final MBeanServer server;

    TaskBeans(TaskStates states, MBeanServer server) {
        this.states = states;
        this.server = server;
    }

    @Override
    public void entered(String name, ChunkClients.Task task) {
        Supplier<TaskState> state = () -> states.of(name, task);
        Object bean = task instanceof BackupTask backup
                ? new BackupBean(backup, state)
                : new RestoreBean((RestoreTask) task, state);
        try {
            left(name, task);
            server.registerMBean(bean, name(name, task));
        } catch (JMException e) {
            LOG.warn("the task {} can't be seen over JMX: {}", name, e.toString());
        }
    }

    @Override
    public void left(String name, ChunkClients.Task task) {
        try {
            ObjectName known = name(name, task);
            if (server.isRegistered(known)) {
                server.unregisterMBean(known);
            }
        } catch (JMException e) {
            LOG.warn("the MBean of the task {} could not be removed: {}", name, e.toString());
        }
    }

    private static ObjectName name(String name, ChunkClients.Task task) throws JMException {
        String type = task instanceof BackupTask ? "backup" : "restore";
        return new ObjectName("caravan:type=" + type + ",name=" + ObjectName.quote(name));
    }
}
