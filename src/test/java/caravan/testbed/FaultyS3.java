package caravan.testbed;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An S3 server with faults: a proxy before a sound one, by plain HTTP, that does with some requests what it was told to, and passes
 * all others on. Requests and answers are passed on byte for byte, with the Host header that the client sent, as signatures
 * hold it.
 */
public final class FaultyS3 implements AutoCloseable {
    private final URI server;
    private final ServerSocket door;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final List<Injection> injections = new CopyOnWriteArrayList<>();
    private final List<Injection> watches = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean shut;

    /** A fault, or a mere count, and the requests that it meets. */
    public final class Injection {
        private final S3Fault fault;
        private final S3Requests requests;
        private final Optional<Random> random;
        private int met;

        private Injection(S3Fault fault, S3Requests requests) {
            this.fault = fault;
            this.requests = requests;
            this.random = requests.random();
        }

        /** How many requests it has met so far. */
        public synchronized int count() {
            return met;
        }

        /** Ends it: it meets no further request. */
        public void end() {
            injections.remove(this);
            watches.remove(this);
        }

        private synchronized boolean meets(S3Exchange exchange) {
            if (met >= requests.most()
                    || !requests.match(exchange)
                    || random.filter(numbers -> numbers.nextDouble() >= requests.chance())
                            .isPresent()) {
                return false;
            }
            met++;
            return true;
        }
    }

    /** A proxy, without faults yet, before the server at {@code http://host:port}. */
    public FaultyS3(URI server) {
        this.server = server;
        try {
            door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::letIn);
    }

    /** Where to connect instead of the server, {@code http://127.0.0.1:port}. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    /** The variables by which a process finds the server, changed so that it comes through here. */
    public Map<String, String> environment(Map<String, String> direct) {
        Map<String, String> changed = new HashMap<>(direct);
        changed.put("AWS_ENDPOINT_URL_S3", endpoint().toString());
        return changed;
    }

    /** From now on, these requests meet a fault; of several injections the first one that meets a request counts. */
    public Injection inject(S3Fault fault, S3Requests requests) {
        Injection injection = new Injection(fault, requests);
        injections.add(injection);
        return injection;
    }

    /** From now on, counts these requests, whatever becomes of them. */
    public Injection watch(S3Requests requests) {
        Injection watch = new Injection(S3Fault.none(), requests);
        watches.add(watch);
        return watch;
    }

    /** Ends all faults. */
    public void heal() {
        injections.clear();
        open();
    }

    /** Cuts all connections, and new ones as they come. */
    public void shut() {
        shut = true;
        clients.forEach(FaultyS3::cut);
    }

    /** Lets connections through again. */
    public void open() {
        shut = false;
    }

    @Override
    public void close() {
        shut();
        cut(door);
        closed.countDown();
        threads.shutdownNow();
    }

    private void letIn() {
        while (!door.isClosed()) {
            try {
                Socket client = door.accept();
                clients.add(client);
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(client.getInputStream());
            boolean goesOn = !shut;
            while (goesOn) {
                HttpMessage request = HttpMessage.read(in);
                try (S3Exchange exchange = new S3Exchange(request, client, in, this::connect, closed)) {
                    watches.forEach(watch -> watch.meets(exchange));
                    fault(exchange).on(exchange);
                    goesOn = !exchange.isLast() && !shut;
                }
            }
        } catch (IOException e) {
            // one side has gone; so goes the other
        } finally {
            clients.remove(client);
        }
    }

    private S3Fault fault(S3Exchange exchange) {
        return injections.stream()
                .filter(injection -> injection.meets(exchange))
                .findFirst()
                .map(injection -> injection.fault)
                .orElse(S3Fault.none());
    }

    private Socket connect() throws IOException {
        Socket upstream = new Socket(server.getHost(), server.getPort());
        upstream.setTcpNoDelay(true);
        return upstream;
    }

    private static void cut(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
