import * as api from "./api.js";
import { StreamBuffer, VIEW_CHARS } from "./stream.js";

const TERMINAL = new Set(["completed", "failed", "timeout", "cancelled"]);
// The record carries this much of a stream; a longer one is fetched.
const INLINE_BYTES = 64 * 1024;
// One answer brings about 1 MiB of a stream: after a large one there may be more.
const LARGE_ANSWER = 256 * 1024;
// The first check closes the gap between the first fetch and the subscription, the others are for lost messages.
const FIRST_CHECK_MS = 400;
const CHECK_MS = 5000;

export const isTerminal = (status) => TERMINAL.has(status);

/** Follows one evaluation: its record, its timeline and its output, from the past into the present until it ends. */
export class EvaluationWatch {
  record = null;
  timeline = [];
  problem = null;
  streams = { stdout: new StreamBuffer(), stderr: new StreamBuffer() };
  #live;
  #changed;
  #unlisten;
  #timer = 0;
  #syncing = false;
  #again = false;
  #closed = false;
  #checkMs = FIRST_CHECK_MS;
  #attempt = 0;

  /** @param changed called after every change of what is shown */
  constructor(id, live, changed) {
    this.id = id;
    this.#live = live;
    this.#changed = changed;
    this.#unlisten = live.listen((message) => this.#heard(message));
    live.watch(id);
    this.sync();
  }

  get ended() {
    return this.record !== null && isTerminal(this.record.status);
  }

  close() {
    this.#closed = true;
    this.#unlisten();
    this.#live.watch(null);
    clearTimeout(this.#timer);
  }

  /** Fetches what the page does not know yet. One fetch at a time; asking during one makes it go again. */
  async sync() {
    if (this.#syncing) {
      this.#again = true;
      return;
    }
    this.#syncing = true;
    clearTimeout(this.#timer);
    do {
      this.#again = false;
      await this.#fetch();
    } while (this.#again && !this.#closed);
    this.#syncing = false;
    if (this.#closed || this.ended || this.problem?.status === 404) return;
    this.#timer = setTimeout(() => this.sync(), this.#checkMs);
    this.#checkMs = CHECK_MS;
  }

  async #fetch() {
    try {
      const record = await api.find(this.id);
      if (isTerminal(record.status)) {
        await this.#finish(record);
      } else {
        await this.#catchUp(record);
      }
      this.problem = null;
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      this.problem = problem;
    }
    this.#notify();
  }

  async #catchUp(record) {
    const { stdout, stderr } = this.streams;
    this.#expectOutputOf(record.attempt);
    stdout.hold();
    stderr.hold();
    let logs = { output: "", error: "", next_stdout: stdout.end, next_stderr: stderr.end };
    try {
      if (record.status === "running") logs = await api.logs(this.id, stdout.end, stderr.end);
    } finally {
      this.#again ||= logs.output.length > LARGE_ANSWER || logs.error.length > LARGE_ANSWER;
      const fits = [stdout.release(logs.output, logs.next_stdout), stderr.release(logs.error, logs.next_stderr)];
      if (fits.includes(false)) this.#checkMs = FIRST_CHECK_MS;
    }
    this.record = record;
    this.timeline = await api.timeline(this.id);
  }

  /** A new attempt writes its output from the beginning. */
  #expectOutputOf(attempt) {
    if (attempt === this.#attempt) return;
    this.#attempt = attempt;
    for (const stream of Object.values(this.streams)) stream.replace("", 0);
  }

  async #finish(record) {
    if (this.ended) return;
    this.#expectOutputOf(record.attempt);
    await this.#settle("stdout", record.output, record.output_size);
    await this.#settle("stderr", record.error, record.error_size);
    this.timeline = await api.timeline(this.id);
    this.record = record;
    if (!this.#closed) this.#live.watch(null);
  }

  async #settle(name, inline, size) {
    const stream = this.streams[name];
    if (stream.end === size && !stream.lossy) return;
    const text = size <= INLINE_BYTES ? inline : await api.outputTail(this.id, name, VIEW_CHARS);
    stream.replace(text, size);
    stream.cut ||= size > VIEW_CHARS;
  }

  #heard(message) {
    if (message.type === "connection") {
      if (message.state === "open" && !this.ended) this.sync();
    } else if (message.eval_id === this.id) {
      if (message.type === "output") this.#output(message);
      if (message.type === "evaluation") this.#event(message);
    }
  }

  #output({ stream, offset, text }) {
    const buffer = this.streams[stream];
    if (!buffer || this.ended) return;
    if (!buffer.frame(offset, text)) this.sync();
    this.#notify();
  }

  #event({ event, data }) {
    const status = event.slice("evaluation:".length);
    if (this.record && !this.ended && !isTerminal(status)) {
      this.record = { ...this.record, ...known(data), status };
      this.#notify();
    }
    this.sync();
  }

  #notify() {
    if (!this.#closed) this.#changed();
  }
}

function known(data) {
  const { started_at, attempt } = data ?? {};
  return { ...(started_at && { started_at }), ...(attempt && { attempt }) };
}
