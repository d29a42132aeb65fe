import { html } from "/assets/vendor/preact-10.29.8/preact.js";

const MEMORY_MIB = [64, 128, 256, 512, 1024, 2048];
const PRIORITIES = Array.from({ length: 11 }, (_, index) => 10 - index);
const PRIORITY_NAMES = { 10: "most urgent", 5: "normal", 0: "least urgent" };

const memoryName = (mib) => (mib < 1024 ? `${mib} MiB` : `${mib / 1024} GiB`);
const priorityName = (level) => [level, PRIORITY_NAMES[level]].filter((part) => part !== undefined).join(" ");

/** How a language stands on an engine. Where there is no engine at all, that is said elsewhere, once. */
const standing = (language, engine) => (engine ? language.engines[engine] : null) ?? { available: !engine };

const Field = ({ label, children, grow }) => html`<label class="field ${grow ? "grow" : ""}"><span>${label}</span>${children}</label>`;

/** A field with a list; each choice is `{value, words, disabled}`. */
const Choice = ({ label, name, value, choices, onChoose, grow }) => html`
  <${Field} label=${label} grow=${grow}>
    <select name=${name} value=${value} onChange=${(event) => onChoose(event.target.value)}>
      ${choices.map((choice) => html`
        <option key=${choice.value} value=${choice.value} disabled=${choice.disabled} selected=${String(choice.value) === value}>${choice.words}</option>`)}
    </select>
  <//>`;

function languageChoice(language, engine) {
  const { available, version, detail } = standing(language, engine);
  const words = available ? [language.title, version].filter(Boolean).join(" ") : `${language.title}: ${detail ?? "not available"}`;
  return { value: language.name, words, disabled: !available };
}

/** The languages; one that cannot run says why. */
export const LanguageField = ({ value, languages, engine, onChoose }) => html`
  <${Choice} label="Language" name="language" value=${value} onChoose=${onChoose}
    choices=${languages.map((language) => languageChoice(language, engine))} />`;

function engineChoices(engines) {
  const automatic = { value: "", words: engines?.default ? `Automatic (${engines.default})` : "Automatic" };
  const named = (engines?.engines ?? []).map(({ name, available, detail }) => (
    { value: name, words: available ? name : `${name}: ${detail}`, disabled: !available }));
  return [automatic, ...named];
}

/** The engine and the limits. */
export function LimitFields({ draft, change, engines }) {
  const set = (name) => (value) => change({ [name]: value });
  return html`
    <div class="options">
      <${Choice} label="Engine" name="engine" value=${draft.engine} choices=${engineChoices(engines)} onChoose=${set("engine")} grow=${true} />
      <${Field} label="Time limit, s">
        <input name="timeout" type="number" min="0.1" step="any" required value=${draft.timeout} onInput=${(event) => set("timeout")(event.target.value)} />
      <//>
      <${Choice} label="Memory" name="memory" value=${draft.memory} onChoose=${set("memory")}
        choices=${MEMORY_MIB.map((mib) => ({ value: mib, words: memoryName(mib) }))} />
      <${Choice} label="Priority" name="priority" value=${draft.priority} onChoose=${set("priority")}
        choices=${PRIORITIES.map((level) => ({ value: level, words: priorityName(level) }))} />
    </div>`;
}

const TextField = ({ label, name, value, onInput }) => html`
  <${Field} label=${label} grow=${true}>
    <textarea name=${name} rows="3" spellcheck="false" value=${value} onInput=${(event) => onInput(event.target.value)}></textarea>
  <//>`;

/** What the program reads and is called with. */
export const InputFields = ({ draft, change }) => html`
  <details class="input" open=${draft.stdin !== "" || draft.args !== ""}>
    <summary>Input and arguments</summary>
    <div class="input-fields">
      <${TextField} label="Standard input" name="stdin" value=${draft.stdin} onInput=${(stdin) => change({ stdin })} />
      <${TextField} label="Arguments, one per line" name="args" value=${draft.args} onInput=${(args) => change({ args })} />
    </div>
  </details>`;
