package caravan.manage;

import caravan.kafka.ChunkClients;

/** Tells what a task is doing now. */
@FunctionalInterface
interface TaskStates {
    TaskState of(String name, ChunkClients.Task task);
}
