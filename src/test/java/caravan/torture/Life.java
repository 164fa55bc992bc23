package caravan.torture;

/**
 * One life of a topic.
 *
 * @param topic its name
 * @param number counted from 1: a topic that was deleted and created again has two
 */
record Life(String topic, int number) {
    @Override
    public String toString() {
        return topic + " (life " + number + ")";
    }
}
