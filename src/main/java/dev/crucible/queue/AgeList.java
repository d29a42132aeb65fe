package dev.crucible.queue;

import org.jspecify.annotations.Nullable;

/**
 * Entries by age, linked through themselves, in one of the {@link #LISTS} lists that an entry can be in at a time. Guarded
 * by the queue's lock.
 */
final class AgeList {
    static final int LISTS = 3;

    private final int link;
    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private int size;

    /** @param list which of the lists of its entries this is, from 0 on */
    AgeList(int list) {
        this.link = 2 * list;
    }

    int size() {
        return size;
    }

    @Nullable Entry oldest() {
        return oldest;
    }

    @Nullable Entry older(Entry entry) {
        return entry.links[link];
    }

    @Nullable Entry younger(Entry entry) {
        return entry.links[link + 1];
    }

    void add(Entry entry) {
        Entry before = placeBefore(entry);
        Entry after = before == null ? oldest : younger(before);
        link(before, entry);
        link(entry, after);
        size++;
    }

    void remove(Entry entry) {
        link(older(entry), younger(entry));
        entry.links[link] = null;
        entry.links[link + 1] = null;
        size--;
    }

    private void link(@Nullable Entry older, @Nullable Entry younger) {
        if (older == null) {
            oldest = younger;
        } else {
            older.links[link + 1] = younger;
        }
        if (younger == null) {
            newest = older;
        } else {
            younger.links[link] = older;
        }
    }

    /** The last entry that stands before this one. Sought from both ends: few have their place in the middle. */
    private @Nullable Entry placeBefore(Entry entry) {
        Entry old = oldest;
        Entry young = newest;
        while (old != null && young != null && old.before(entry) && !young.before(entry)) {
            old = younger(old);
            young = older(young);
        }
        return old != null && !old.before(entry) ? older(old) : young;
    }
}
