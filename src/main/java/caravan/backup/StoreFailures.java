package caravan.backup;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Hears of each failed attempt to store an object, which the route's error handler then repeats. */
public final class StoreFailures implements Processor {
    private BackupTask task;

    /** Set by the route template. */
    public void setTask(BackupTask task) {
        this.task = task;
    }

    @Override
    public void process(Exchange exchange) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        SpooledObject object = exchange.getProperty("object", SpooledObject.class);
        if (object != null) {
            task.progress().uploadFailed(object.partition(), cause == null ? exchange.getException() : cause);
        }
    }
}
