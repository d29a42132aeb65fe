import * as api from "./api.js";
import { Editor } from "./editor.js";
import { ArtifactsPane, SourceFiles } from "./files.js";
import { Icon } from "./icons.js";
import { OutputPane, TextPane } from "./output.js";
import { TestsPane } from "./tests.js";
import { EvaluationWatch } from "./watch.js";
import { clock, duration, evidenceWords, facts, sentence, verdict } from "./words.js";
import { html, useEffect, useRef, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const TICK_MS = 100;

/** Follows `id` and draws again at most once per frame, however fast the program writes. */
function useWatch(id, live) {
  const [version, setVersion] = useState(0);
  const watch = useRef(null);
  useEffect(() => {
    let frame = 0;
    const following = new EvaluationWatch(id, live, () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setVersion((before) => before + 1);
      });
    });
    watch.current = following;
    setVersion((before) => before + 1);
    return () => {
      following.close();
      cancelAnimationFrame(frame);
    };
  }, [id, live]);
  return [watch.current?.id === id ? watch.current : null, version];
}

function Elapsed({ since, now }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, now() - Date.parse(since)) / 1000;
  return html`<span class="elapsed" aria-hidden="true">${seconds.toFixed(1)} s</span>`;
}

function Actions({ record, act, pending }) {
  const running = record.status === "running";
  return html`
    <div class="actions">
      <button type="button" class="danger-quiet" disabled=${pending !== null} onClick=${() => act("cancel")}
        title=${running ? "Asks the program to end, and ends it after 5 s" : "Takes it out of the queue"}>
        <${Icon} name="idle" />${pending === "cancel" ? "Cancelling…" : "Cancel"}
      </button>
      ${running && html`
        <button type="button" class="danger" disabled=${pending === "kill"} onClick=${() => act("kill")} title="Ends the program at once">
          <${Icon} name="bolt" />${pending === "kill" ? "Killing…" : "Kill"}
        </button>`}
    </div>`;
}

function Outcome({ record, now, act, pending, problem }) {
  const { tone, icon, title } = verdict(record);
  const evidence = evidenceWords(record);
  const active = tone === "run" || tone === "wait";
  return html`
    <div class="outcome tone-${tone}" data-status=${record.status} data-reason=${record.reason ?? ""}>
      <span class="outcome-icon"><${Icon} name=${icon} /></span>
      <div class="outcome-words">
        <p class="outcome-title">${title}
          ${active && html` <${Elapsed} since=${record.started_at ?? record.created_at} now=${now} />`}
          ${!active && record.started_at && html` <span class="elapsed">${duration(record.runtime_ms)}</span>`}
        </p>
        <p class="outcome-sentence">${sentence(record)}</p>
        ${evidence && html`<p class="outcome-evidence">${evidence}</p>`}
        ${record.reason === "sandbox_error" && record.detail && html`<p class="muted">${record.detail}</p>`}
        ${problem && html`<p class="field-problem" role="alert">${problem}</p>`}
      </div>
      ${active && html`<${Actions} record=${record} act=${act} pending=${pending} />`}
    </div>`;
}

const Facts = ({ record }) => html`
  <dl class="facts">${facts(record).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

function Timeline({ entries }) {
  if (entries.length === 0) return null;
  const start = Date.parse(entries[0].time);
  return html`
    <ol class="timeline" aria-label="Timeline">
      ${entries.map((entry) => {
        const { tone, icon, title } = verdict({ status: entry.to, reason: entry.reason });
        return html`
          <li key=${`${entry.time}${entry.to}`} class="tone-${tone}" title=${`${clock(entry.time)}, by ${entry.actor}`}>
            <span class="timeline-dot"><${Icon} name=${tone === "run" ? "play" : icon} /></span>
            <span>${title}</span>
            <span class="muted">+${duration(Date.parse(entry.time) - start)}</span>
          </li>`;
      })}
    </ol>`;
}

function Code({ record, onEdit }) {
  if (record.code === "") return null;
  const lines = record.code.split("\n").length;
  return html`
    <details class="code">
      <summary>Code <span class="muted">${lines} ${lines === 1 ? "line" : "lines"}</span></summary>
      <${Editor} value=${record.code} language=${record.language} label="Code of this evaluation" readOnly=${true} />
      <button type="button" class="quiet" onClick=${() => onEdit(record)}>Edit this code</button>
    </details>`;
}

function Streams({ watch, version }) {
  const { record, streams } = watch;
  const testsSay = record.tests.length > 0 && streams.stdout.end === 0;
  const quiet = watch.ended ? "Nothing was written." : "Nothing yet.";
  return html`
    ${record.compile_output && html`<${TextPane} title="Compiler" text=${record.compile_output} />`}
    <${TestsPane} record=${record} />
    ${!testsSay && html`<${OutputPane} key=${`${record.eval_id}-stdout`} id=${record.eval_id} name="stdout" title="Standard output" stream=${streams.stdout}
      truncated=${record.output_truncated} version=${version} empty=${quiet} />`}
    ${streams.stderr.end > 0 && html`
      <${OutputPane} key=${`${record.eval_id}-stderr`} id=${record.eval_id} name="stderr" title="Standard error" stream=${streams.stderr}
        truncated=${record.error_truncated} version=${version} empty=${quiet} />`}
    ${record.result !== null && html`<${TextPane} title="Reported result" text=${JSON.stringify(record.result, null, 2)} />`}
    <${ArtifactsPane} record=${record} />`;
}

/** One evaluation, from the queue to its outcome. `announce` gets each new status as a sentence. */
export function EvaluationPanel({ id, live, now, announce, onEdit }) {
  const [watch, version] = useWatch(id, live);
  const [pending, setPending] = useState(null);
  const [problem, setProblem] = useState(null);
  const record = watch?.record ?? null;
  const status = record?.status;

  useEffect(() => {
    setPending(null);
    setProblem(null);
    if (record) announce(`${verdict(record).title}. ${sentence(record)}`);
  }, [id, status]);

  const act = async (what) => {
    setPending(what);
    setProblem(null);
    try {
      await api[what](id);
      watch.sync();
    } catch (refusal) {
      setProblem(refusal.message);
    } finally {
      setPending(null);
    }
  };

  if (!record) {
    const words = watch?.problem?.message;
    return html`<div class="empty">${words ? html`<p role="alert">${words}</p><a href="#/">Back</a>` : html`<p>Loading…</p>`}</div>`;
  }
  return html`
    <article class="evaluation" aria-label=${`Evaluation ${id}`}>
      <${Outcome} record=${record} now=${now} act=${act} pending=${pending} problem=${problem ?? watch.problem?.message} />
      <${Streams} watch=${watch} version=${version} />
      <${Facts} record=${record} />
      <${Timeline} entries=${watch.timeline} />
      <${SourceFiles} record=${record} />
      <${Code} key=${id} record=${record} onEdit=${onEdit} />
      <p class="eval-id"><a href=${`#/eval/${id}`}>${id}</a> <span class="muted">submitted ${clock(record.created_at)}</span></p>
    </article>`;
}
