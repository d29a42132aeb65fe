/** Everything the page says about an evaluation, in plain words. */

const KIB = 1024;
const UNITS = { "": 1, k: 1e3, M: 1e6, G: 1e9, Ki: KIB, Mi: KIB ** 2, Gi: KIB ** 3 };
const SIGNALS = {
  1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL, an illegal instruction", 6: "SIGABRT, it aborted itself",
  7: "SIGBUS, a bad memory access", 8: "SIGFPE, an arithmetic error", 9: "SIGKILL", 10: "SIGUSR1",
  11: "SIGSEGV, an invalid memory access", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 31: "SIGSYS, a forbidden system call",
};

export function duration(ms) {
  if (ms === null || ms === undefined) return null;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

export function bytes(count) {
  if (count === null || count === undefined) return null;
  if (count < KIB) return `${count} B`;
  const [unit, size] = count < KIB ** 2 ? ["KiB", KIB] : count < KIB ** 3 ? ["MiB", KIB ** 2] : ["GiB", KIB ** 3];
  return `${Number((count / size).toFixed(1))} ${unit}`;
}

export function ago(iso, now) {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(iso).toLocaleDateString(undefined, { dateStyle: "medium" });
}

export const clock = (iso) => new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

function quantity(value) {
  const [, number, unit] = String(value ?? "").match(/^([\d.]+)([A-Za-z]{0,2})$/) ?? [];
  return number && UNITS[unit] ? bytes(Number(number) * UNITS[unit]) : null;
}

const seconds = (value) => `${Number(value)} s`;
const more = (limit, what, otherwise) => (limit ? `more than ${limit} of ${what}` : `more ${what} than ${otherwise}`);

const signalWords = (signal) => (SIGNALS[signal] ? `Signal ${signal} (${SIGNALS[signal]})` : `Signal ${signal}`);

const PENDING = {
  queued: { tone: "wait", title: "Queued" },
  provisioning: { tone: "run", title: "Starting" },
  running: { tone: "run", title: "Running" },
};

const REASONS = {
  ok: { tone: "good", title: "Completed", sentence: () => "The program ran to its end and reported success." },
  nonzero_exit: {
    tone: "bad", title: "Failed", sentence: (record) => `The program ended by itself with exit code ${record.exit_code}.`,
  },
  signalled: {
    tone: "bad", title: "Crashed",
    sentence: ({ signal }) => `${signalWords(signal)} ended the program. It was not sent by Crucible.`,
  },
  compile_error: {
    tone: "bad", title: "Did not compile", sentence: () => "The compiler refused the code, so the program was never started.",
  },
  wall_timeout: {
    tone: "warn", icon: "clock", title: "Timed out",
    sentence: ({ timeout }) => `Stopped: it ran longer than its time limit of ${seconds(timeout)}.`,
  },
  cpu_timeout: {
    tone: "warn", icon: "clock", title: "Timed out",
    sentence: ({ limits, timeout }) => `Stopped: it used more than its ${seconds(limits?.cpu_time_limit ?? timeout)} of CPU time.`,
  },
  out_of_memory: {
    tone: "bad", title: "Out of memory",
    sentence: ({ limits }) => `Stopped: it used ${more(quantity(limits?.memory_limit), "memory", "it may")}.`,
  },
  output_limit: {
    tone: "bad", title: "Too much output",
    sentence: ({ limits }) =>
      `Stopped: it wrote ${more(quantity(limits?.output_limit), "output to one stream", "it may")}. What came before is kept.`,
  },
  disk_limit: {
    tone: "bad", title: "Disk full",
    sentence: ({ limits }) => `It tried to write ${more(quantity(limits?.disk_limit), "files", "it may")}.`,
  },
  process_limit: {
    tone: "bad", title: "Too many processes",
    sentence: ({ limits }) => `It tried to have more than ${limits?.pids_limit ?? "the allowed number of"} processes and threads at once.`,
  },
  cancelled: { tone: "idle", title: "Cancelled", sentence: () => "It was cancelled before it started." },
  killed: { tone: "idle", title: "Stopped", sentence: () => "Somebody stopped it while it was running. What it wrote until then is kept." },
  sandbox_error: {
    tone: "bad", title: "Could not run",
    sentence: ({ attempt }) =>
      `This is a fault of the platform, not of the program${attempt > 1 ? `; it was tried ${attempt} times` : ""}.`,
  },
};

const STATUS_ALONE = {
  completed: { tone: "good", title: "Completed" },
  failed: { tone: "bad", title: "Failed" },
  timeout: { tone: "warn", icon: "clock", title: "Timed out" },
  cancelled: { tone: "idle", title: "Cancelled" },
};

/** How many tests passed. */
function testsWords({ passed, total }) {
  if (passed < total) return `${passed} of ${total} ${total === 1 ? "test" : "tests"} passed`;
  return total === 1 ? "The test passed" : `All ${total} tests passed`;
}

/** The short name of where an evaluation stands, with its icon and its tone: good, bad, warn, idle, run or wait. */
export function verdict({ status, reason, passed, total }) {
  if (reason === "ok" && total) {
    const tone = passed === total ? "good" : "bad";
    return { tone, icon: tone, title: testsWords({ passed, total }) };
  }
  const { tone, icon = tone, title } = PENDING[status] ?? REASONS[reason] ?? STATUS_ALONE[status] ?? { tone: "idle", title: status };
  return { tone, icon, title };
}

/** One sentence on where an evaluation stands or how it ended. */
export function sentence(record) {
  if (record.status === "queued" && record.attempt > 0) return "An attempt was lost; it waits for the next one.";
  if (record.status === "queued") return "It waits for a free place.";
  if (record.status === "provisioning") return "A fresh sandbox is being made.";
  if (record.status === "running") return "The program is running in its sandbox.";
  if (record.reason === "ok" && record.total) {
    return record.passed === record.total ? "The program was right with every input." : "The program was not right with every input.";
  }
  return REASONS[record.reason]?.sentence(record) ?? `It ended as ${record.status}.`;
}

/** How a test ended, likewise. One that ended well and did not pass wrote something else than was expected. */
export function testVerdict(test) {
  if (test.passed) return { tone: "good", icon: "good", title: "Passed" };
  if (test.reason === "ok") return { tone: "bad", icon: "bad", title: "Wrong output" };
  if (test.reason === "nonzero_exit") return { tone: "bad", icon: "bad", title: `Exit code ${test.exit_code}` };
  return verdict({ reason: test.reason });
}

function amount(value, unit) {
  if (value === null || value === undefined) return null;
  if (unit === "bytes") return bytes(value);
  return unit === "ms" ? duration(value) : `${value} ${unit}`;
}

/** What the reason rests on, as a sentence; null where the program's own end says it all. */
export function evidenceWords({ evidence }) {
  if (!evidence) return null;
  const measured = amount(evidence.measured, evidence.unit);
  const limit = amount(evidence.limit, evidence.unit);
  const figures = [measured && `measured ${measured}`, limit && `the limit is ${limit}`].filter(Boolean).join(", ");
  return `Seen by ${evidence.source}${figures ? `: ${figures}` : ""}.`;
}

/** What was measured, as pairs of name and value; what is not known is left out. */
export function facts(record) {
  const memoryLimit = quantity(record.limits?.memory_limit);
  const pairs = [
    ["Exit code", record.exit_code],
    ["Signal", record.signal],
    ["Run time", duration(record.runtime_ms)],
    ["CPU time", duration(record.cpu_ms)],
    ["Peak memory", record.peak_memory_bytes && `${bytes(record.peak_memory_bytes)}${memoryLimit ? ` of ${memoryLimit}` : ""}`],
    ["Start-up", duration(record.startup_ms)],
    ["Queue wait", duration(record.queue_wait_ms)],
    ["Time limit", seconds(record.timeout)],
    ["Priority", record.priority],
    ["Language", [record.language, record.language_version].filter(Boolean).join(" ")],
    ["Engine", [record.engine, record.engine_version].filter(Boolean).join(" · ")],
    ["Isolation", record.isolation === "cold" ? "cold: a wholly new sandbox" : null],
    ["Attempts", record.attempt > 1 ? record.attempt : null],
  ];
  return pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
}
