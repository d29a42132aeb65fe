package dev.crucible.kernel;

/**
 * A part of the server with threads of its own. {@link #start()} is called once; {@link #close()} may be called more
 * than once, and before a start. The composition root starts parts in order and closes them in reverse.
 */
public interface Part extends AutoCloseable {
    void start();

    @Override
    void close();
}
