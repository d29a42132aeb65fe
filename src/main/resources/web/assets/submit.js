import * as api from "./api.js";
import { Editor } from "./editor.js";
import { InputFields, LanguageField, LimitFields } from "./fields.js";
import { Icon } from "./icons.js";
import { html, useEffect, useState } from "/assets/vendor/preact-10.29.8/preact.js";

const DRAFT_KEY = "crucible-draft";
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

function Refusal({ problem }) {
  const place = (error) => (error.loc ?? []).filter((part) => part !== "body").join(".");
  return html`
    <div class="refusal" role="alert">
      <${Icon} name="bad" />
      <div>
        <p>${problem.message}</p>
        ${problem.errors.length > 0 && html`
          <ul>${problem.errors.map((error) => html`<li key=${place(error)}><code>${place(error)}</code> ${error.msg}</li>`)}</ul>`}
      </div>
    </div>`;
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

  const insertExample = () => change({ code: chosen.template });

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
        <${LanguageField} value=${draft.language} languages=${languages} engine=${draft.engine || engines?.default} onChoose=${chooseLanguage} />
        <button type="button" class="quiet" title="Replaces the code by an example" onClick=${insertExample}
          disabled=${!chosen || draft.code === chosen.template}>Example</button>
        <span class="spacer"></span>
        <button type="submit" class="primary run" disabled=${busy || blocked !== null} aria-busy=${busy} title=${blocked ?? "Run the program"}>
          <${Icon} name=${busy ? "run" : "play"} />${busy ? "Submitting…" : "Run"} <kbd aria-hidden="true">${RUN_KEY}</kbd>
        </button>
      </div>
      <${Editor} value=${draft.code} language=${draft.language} label="Code. Escape, then Tab, leaves the editor."
        onChange=${(code) => change({ code })} onRun=${run} />
      ${problem && html`<${Refusal} problem=${problem} />`}
      <${LimitFields} draft=${draft} change=${change} engines=${engines} />
      <${InputFields} draft=${draft} change=${change} />
    </form>`;
}
