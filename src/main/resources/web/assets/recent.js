import * as api from "./api.js";
import { Icon } from "./icons.js";
import { isTerminal } from "./watch.js";
import { ago, clock, duration, verdict } from "./words.js";
import { html, useCallback, useEffect, useRef, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const PAGE = 20;
const MOST = 200;
// However fast events come, the list is fetched at most once in this time.
const REFRESH_MS = 1000;
const RELATIVE_TIME_MS = 5000;

/** The newest evaluations, fetched again when an event tells of something new. */
function useRecent(live) {
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const [limit, setLimit] = useState(PAGE);
  const timer = useRef(0);

  const refresh = useCallback(async () => {
    try {
      setList(await api.evaluations(limit));
      setProblem(null);
    } catch (refusal) {
      setProblem(refusal.message);
    }
  }, [limit]);

  useEffect(() => {
    let last = performance.now();
    refresh();
    const soon = () => {
      if (timer.current) return;
      timer.current = setTimeout(() => {
        timer.current = 0;
        last = performance.now();
        refresh();
      }, Math.max(50, last + REFRESH_MS - performance.now()));
    };
    const unlisten = live.listen((message) => {
      if (message.type === "connection" && message.state === "open") soon();
      if (message.type !== "evaluation") return;
      setList((before) => before && withEvent(before, message));
      soon();
    });
    return () => {
      unlisten();
      clearTimeout(timer.current);
      timer.current = 0;
    };
  }, [live, refresh]);

  return { list, problem, more: () => setLimit((before) => Math.min(MOST, before + PAGE)), limit };
}

/** Shows the new status at once where the line is known; everything else comes with the next fetch. */
function withEvent(list, { eval_id, event, data }) {
  const status = event.slice("evaluation:".length);
  const evaluations = list.evaluations.map((line) => {
    if (line.eval_id !== eval_id || isTerminal(line.status)) return line;
    return { ...line, status, reason: data?.reason ?? line.reason, runtime_ms: data?.runtime_ms ?? line.runtime_ms };
  });
  return { ...list, evaluations };
}

const oneLine = (preview) => preview.split("\n").map((line) => line.trim()).filter(Boolean).join(" ⏎ ");

function Line({ line, selected, now }) {
  const { tone, icon, title } = verdict(line);
  return html`
    <li>
      <a class="line" href=${`#/eval/${line.eval_id}`} aria-current=${selected ? "true" : undefined} data-id=${line.eval_id}>
        <span class="tag tone-${tone}"><${Icon} name=${icon} />${title}</span>
        <code class="line-code">${oneLine(line.code_preview)}</code>
        <span class="line-language">${line.language}</span>
        <span class="line-engine muted">${line.engine}</span>
        <span class="line-time num">${duration(line.runtime_ms) ?? "–"}</span>
        <time class="line-when muted" datetime=${line.created_at} title=${clock(line.created_at)}>${ago(line.created_at, now())}</time>
      </a>
    </li>`;
}

/** The list at the foot of the page; a line opens its evaluation. */
export function RecentPanel({ live, selected, now }) {
  const { list, problem, more, limit } = useRecent(live);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), RELATIVE_TIME_MS);
    return () => clearInterval(timer);
  }, []);
  const lines = list?.evaluations ?? [];
  return html`
    <section class="card recent" aria-labelledby="recent-title">
      <header class="card-head"><h2 id="recent-title">Recent</h2></header>
      ${problem && html`<p class="refusal" role="alert"><${Icon} name="bad" />${problem}</p>`}
      ${list && lines.length === 0 && html`
        <div class="empty">
          <p>No program has run here yet.</p>
          <p>Write one above and press Run: it will be listed here.</p>
        </div>`}
      ${lines.length > 0 && html`
        <div class="line line-head" aria-hidden="true">
          <span>Outcome</span><span>Code</span><span>Language</span><span>Engine</span><span class="num">Run time</span><span>Submitted</span>
        </div>
        <ul class="lines">
          ${lines.map((line) => html`
            <${Line} key=${line.eval_id} line=${line} selected=${line.eval_id === selected} now=${now} />`)}
        </ul>`}
      ${list?.has_more && limit < MOST && html`<button type="button" class="quiet more" onClick=${more}>Show more</button>`}
    </section>`;
}
