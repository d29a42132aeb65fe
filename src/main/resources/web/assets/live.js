const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
// The server sends a heartbeat each 10 s: two missed ones mean that nobody is there.
const SILENCE_MS = 25_000;

/**
 * The one WebSocket of the page. It comes back by itself, waiting longer each time, and subscribes again to what is
 * watched. Listeners get every message of the server, and `{"type":"connection","state","retryAt"}` when the state
 * changes: `connecting`, `open` or `waiting`.
 */
export class Live {
  #listeners = new Set();
  #watched = null;
  #socket = null;
  #failures = 0;
  #retryTimer = 0;
  #silenceTimer = 0;
  state = "connecting";
  retryAt = null;

  start() {
    this.#connect();
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.retryNow();
    });
  }

  /** Returns the function that ends the subscription. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks for the output of one evaluation, instead of the one before; null for none. */
  watch(id) {
    if (this.#watched && this.#watched !== id) this.#send({ action: "unsubscribe", eval_ids: [this.#watched] });
    this.#watched = id;
    if (id) this.#send({ action: "subscribe", eval_ids: [id], output: true });
  }

  retryNow() {
    if (this.state !== "waiting") return;
    clearTimeout(this.#retryTimer);
    this.#connect();
  }

  #connect() {
    this.#become("connecting");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (message) => this.#received(message.data);
    socket.onclose = () => this.#lost(socket);
    this.#expectNews();
  }

  #opened() {
    this.#failures = 0;
    this.#send({ action: "subscribe", eval_ids: "*", output: false });
    if (this.#watched) this.#send({ action: "subscribe", eval_ids: [this.#watched], output: true });
    this.#become("open");
  }

  #received(text) {
    this.#expectNews();
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    this.#tell(message);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#silenceTimer);
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
    this.#become("waiting", Date.now() + wait);
  }

  #expectNews() {
    clearTimeout(this.#silenceTimer);
    const socket = this.#socket;
    this.#silenceTimer = setTimeout(() => {
      // A dead peer does not answer the closing handshake either, so the loss is not left to onclose.
      socket.close();
      this.#lost(socket);
      if (this.#socket === socket) this.#socket = null;
    }, SILENCE_MS);
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #become(state, retryAt = null) {
    this.state = state;
    this.retryAt = retryAt;
    this.#tell({ type: "connection", state, retryAt });
  }

  #tell(message) {
    for (const listener of this.#listeners) listener(message);
  }
}
