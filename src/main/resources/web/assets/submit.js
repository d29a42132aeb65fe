import * as api from "./api.js";
import { Editor } from "./editor.js";
import { Icon } from "./icons.js";
import { html, useEffect, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const DRAFT_KEY = "crucible-draft";
const MEMORY_MIB = [64, 128, 256, 512, 1024, 2048];
const PRIORITIES = Array.from({ length: 11 }, (_, index) => 10 - index);
const PRIORITY_NAMES = { 10: "most urgent", 5: "normal", 0: "least urgent" };
const FRESH = { code: "", language: "python", engine: "", timeout: "30", memory: "256", priority: "5", stdin: "", args: "" };
const RUN_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘ ↵" : "Ctrl ↵";

function storedDraft() {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFT_KEY)) ?? {};
  } catch {
    return {};
  }
}

/** What the form holds; it survives a reload of the page, and no longer than its tab. */
export function useDraft() {
  const [draft, setDraft] = useState(() => ({ ...FRESH, ...storedDraft() }));
  useEffect(() => {
    try {
      sessionStorage.setItem(DRAFT_KEY, JSON.stringify(draft));
    } catch {
      // Storage may be refused or full; the draft then lasts as long as the page.
    }
  }, [draft]);
  return [draft, (changes) => setDraft((before) => ({ ...before, ...changes }))];
}

function submissionOf(draft) {
  const submission = {
    code: draft.code,
    language: draft.language,
    timeout: Number(draft.timeout),
    memory_limit: `${draft.memory}Mi`,
    priority: Number(draft.priority),
  };
  if (draft.engine) submission.engine = draft.engine;
  if (draft.stdin) submission.stdin = draft.stdin;
  const args = draft.args.split("\n").filter((line) => line !== "");
  if (args.length > 0) submission.args = args;
  return submission;
}

/** How a language stands on an engine. Where there is no engine at all, that is said elsewhere, once. */
const standing = (language, engine) => (engine ? language.engines[engine] : null) ?? { available: !engine };

const Field = ({ label, children, grow }) => html`<label class="field ${grow ? "grow" : ""}"><span>${label}</span>${children}</label>`;

function LanguageSelect({ draft, languages, engine, onChange }) {
  return html`
    <select name="language" value=${draft.language} onChange=${(event) => onChange(event.target.value)}>
      ${languages.map((language) => {
        const { available, version, detail } = standing(language, engine);
        const words = available ? [language.title, version].filter(Boolean).join(" ") : `${language.title}: ${detail ?? "not available here"}`;
        return html`<option key=${language.name} value=${language.name} disabled=${!available} selected=${language.name === draft.language}>${words}</option>`;
      })}
    </select>`;
}

function EngineSelect({ draft, engines, onChange }) {
  const auto = engines?.default ? `Automatic (${engines.default})` : "Automatic";
  return html`
    <select name="engine" value=${draft.engine} onChange=${(event) => onChange({ engine: event.target.value })}>
      <option value="">${auto}</option>
      ${(engines?.engines ?? []).map((engine) => html`
        <option key=${engine.name} value=${engine.name} disabled=${!engine.available} selected=${engine.name === draft.engine}>
          ${engine.available ? engine.name : `${engine.name}: ${engine.detail}`}
        </option>`)}
    </select>`;
}

function Refusal({ problem }) {
  return html`
    <div class="refusal" role="alert">
      <${Icon} name="bad" />
      <div>
        <p>${problem.message}</p>
        ${problem.errors.length > 0 && html`
          <ul>${problem.errors.map((error) => html`<li key=${error.loc?.join(".")}><code>${(error.loc ?? []).filter((part) => part !== "body").join(".")}</code> ${error.msg}</li>`)}</ul>`}
      </div>
    </div>`;
}

function Options({ draft, change, engines }) {
  const set = (name) => (event) => change({ [name]: event.target.value });
  return html`
    <div class="options">
      <${Field} label="Engine" grow=${true}><${EngineSelect} draft=${draft} engines=${engines} onChange=${change} /><//>
      <${Field} label="Time limit, s">
        <input name="timeout" type="number" min="0.1" max="900" step="any" required value=${draft.timeout} onInput=${set("timeout")} /><//>
      <${Field} label="Memory">
        <select name="memory" value=${draft.memory} onChange=${set("memory")}>
          ${MEMORY_MIB.map((size) => html`<option key=${size} value=${size} selected=${String(size) === draft.memory}>${size < 1024 ? `${size} MiB` : `${size / 1024} GiB`}</option>`)}
        </select><//>
      <${Field} label="Priority">
        <select name="priority" value=${draft.priority} onChange=${set("priority")}>
          ${PRIORITIES.map((level) => html`<option key=${level} value=${level} selected=${String(level) === draft.priority}>${level}${PRIORITY_NAMES[level] ? ` ${PRIORITY_NAMES[level]}` : ""}</option>`)}
        </select><//>
    </div>
    <details class="input" open=${draft.stdin !== "" || draft.args !== ""}>
      <summary>Input and arguments</summary>
      <div class="input-fields">
        <${Field} label="Standard input" grow=${true}><textarea name="stdin" rows="3" spellcheck="false" value=${draft.stdin} onInput=${set("stdin")}></textarea><//>
        <${Field} label="Arguments, one per line" grow=${true}><textarea name="args" rows="3" spellcheck="false" value=${draft.args} onInput=${set("args")}></textarea><//>
      </div>
    </details>`;
}

/** The form. `blocked` says why nothing can be run now, or is null; `onSubmitted` gets the new id. */
export function SubmitPanel({ draft, change, languages, engines, blocked, onSubmitted }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const chosen = languages.find((language) => language.name === draft.language);

  useEffect(() => {
    if (draft.code === "" && chosen) change({ code: chosen.template });
  }, [languages]);

  const chooseLanguage = (name) => {
    const untouched = draft.code.trim() === "" || languages.some((language) => language.template === draft.code);
    const next = languages.find((language) => language.name === name);
    change({ language: name, ...(untouched && next && { code: next.template }) });
  };

  const run = async () => {
    if (busy || blocked) return;
    setBusy(true);
    setProblem(null);
    try {
      onSubmitted((await api.submit(submissionOf(draft))).eval_id);
    } catch (refusal) {
      if (!(refusal instanceof api.Problem)) throw refusal;
      setProblem(refusal);
    } finally {
      setBusy(false);
    }
  };
  const onSubmit = (event) => {
    event.preventDefault();
    run();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    event.preventDefault();
    if (event.currentTarget.reportValidity()) run();
  };

  return html`
    <form class="card submit" aria-label="Run a program" onSubmit=${onSubmit} onKeyDown=${onKeyDown}>
      <div class="submit-bar">
        <${Field} label="Language"><${LanguageSelect} draft=${draft} languages=${languages} engine=${draft.engine || engines?.default} onChange=${chooseLanguage} /><//>
        <button type="button" class="quiet" disabled=${!chosen || draft.code === chosen.template} title="Replaces the code by an example" onClick=${() => change({ code: chosen.template })}>Example</button>
        <span class="spacer"></span>
        <button type="submit" class="primary run" disabled=${busy || blocked !== null} aria-busy=${busy} title=${blocked ?? `Run (${RUN_KEY})`}>
          <${Icon} name=${busy ? "run" : "play"} />${busy ? "Submitting…" : "Run"} <kbd aria-hidden="true">${RUN_KEY}</kbd>
        </button>
      </div>
      <${Editor} value=${draft.code} language=${draft.language} label="Code. Escape, then Tab, leaves the editor." onChange=${(code) => change({ code })} onRun=${run} />
      ${problem && html`<${Refusal} problem=${problem} />`}
      <${Options} draft=${draft} change=${change} engines=${engines} />
    </form>`;
}
