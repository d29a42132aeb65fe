/** A refusal of the server, or none at all: `message` is a sentence for a person. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? `The server answered ${status}.`);
    this.status = status;
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.requestId = body.request_id ?? null;
  }

  get unreachable() {
    return this.status === 0;
  }
}

async function fetchOrProblem(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Problem(0, { detail: "The server cannot be reached." });
  }
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    throw new Problem(response.status, { detail: `The server answered ${response.status} with something unreadable.` });
  }
}

async function call(path, options) {
  const response = await fetchOrProblem(path, options);
  const body = await bodyOf(response);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

const get = (path) => call(path, { headers: { Accept: "application/json" } });
const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
const evaluation = (id) => `/api/eval/${encodeURIComponent(id)}`;

/** Health is an answer even when it comes with 503. */
export async function health() {
  const response = await fetchOrProblem("/health", { headers: { Accept: "application/json" } });
  const body = await bodyOf(response);
  if (!body.services) throw new Problem(response.status, body);
  return body;
}

export const languages = async () => (await get("/api/languages")).languages;
export const engines = () => get("/api/engines");
export const evaluations = (limit) => get(`/api/evaluations?limit=${limit}`);
export const submit = (submission) => post("/api/eval", submission);
export const find = (id) => get(evaluation(id));
export const timeline = async (id) => (await get(`${evaluation(id)}/timeline`)).timeline;
export const cancel = (id) => post(`${evaluation(id)}/cancel`);
export const kill = (id) => post(`${evaluation(id)}/kill`);
export const logs = (id, afterStdout, afterStderr) =>
  get(`${evaluation(id)}/logs?after_stdout=${afterStdout}&after_stderr=${afterStderr}`);
export const outputLink = (id, stream) => `${evaluation(id)}/output?stream=${stream}`;

export const artifactLink = (id, path) => `${evaluation(id)}/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`;

/** The last `bytes` of a stream as text. */
export async function outputTail(id, stream, bytes) {
  const response = await fetchOrProblem(outputLink(id, stream), { headers: { Range: `bytes=-${bytes}` } });
  if (!response.ok) throw new Problem(response.status, await bodyOf(response));
  const text = await response.text();
  // The range may begin inside a character; what is left of it says nothing.
  return response.status === 206 ? text.replace(/^\uFFFD{1,3}/, "") : text;
}
