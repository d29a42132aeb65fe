package dev.crucible.executor.sandbox;

import dev.crucible.executor.SupervisorBinary.Form;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The box of the engine as a plain command: a baseline that has neither supervisor nor cgroup nor verdict. */
public final class PlainSandbox {
    /** The last one that boxes can have: no server gets this far while something is measured. */
    private static final String UID = "64999";

    private PlainSandbox() {}

    /**
     * The words that run {@code program} as process 1 of a box.
     *
     * @param folder where the box's files are written
     * @throws IOException if they cannot be, or if there is no bubblewrap here
     */
    public static List<String> command(Path folder, List<String> program) throws IOException {
        Bubblewrap bubblewrap = Bubblewrap.find().orElseThrow(() -> new IOException("bubblewrap is not installed"));
        SandboxFiles files = new SandboxFiles(folder, Form.NATIVE);
        files.write();
        List<String> words = new ArrayList<>(List.of("/bin/sh", files.launcher().toString(), folder.toString(), "--"));
        if (System.getProperty("user.name").equals("root")) {
            words.addAll(List.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups"));
        }
        List<String> box = bubblewrap.command();
        words.addAll(box.subList(0, box.size() - 1));
        words.addAll(program);
        return words;
    }
}
