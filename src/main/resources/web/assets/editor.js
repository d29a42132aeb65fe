import {
  Compartment, EditorState, EditorView, HighlightStyle, Prec, StreamLanguage, basicSetup, indentUnit, indentWithTab,
  javascript, keymap, placeholder, python, shell, syntaxHighlighting, tags,
} from "/assets/vendor/codemirror-6.0.2/codemirror.js";
import { html, useEffect, useLayoutEffect, useRef } from "/assets/vendor/preact-10.29.8/preact.js";

const SYNTAX = {
  python: () => [python(), indentUnit.of("    ")],
  javascript: () => [javascript(), indentUnit.of("  ")],
  typescript: () => [javascript({ typescript: true }), indentUnit.of("  ")],
  bash: () => [StreamLanguage.define(shell), indentUnit.of("  ")],
};
const syntaxOf = (language) => SYNTAX[language]?.() ?? [];

// The colours are the page's own variables, so light and dark need no second theme.
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: "var(--syntax-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--syntax-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--syntax-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--syntax-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--syntax-function)" },
  { tag: tags.standard(tags.variableName), color: "var(--syntax-function)" },
  { tag: [tags.className, tags.typeName, tags.definition(tags.className)], color: "var(--syntax-type)" },
]);

const base = (label) => [
  basicSetup,
  syntaxHighlighting(COLOURS),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
];

function writable(language, label, calls) {
  const run = () => {
    calls.current.onRun();
    return true;
  };
  return [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
    keymap.of([indentWithTab]),
    placeholder("Write a program…"),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) calls.current.onChange(update.state.doc.toString());
    }),
    language.of([]),
    base(label),
  ];
}

const readable = (language, label) => [EditorState.readOnly.of(true), language.of([]), base(label)];

/** The code editor. `value` may be set from outside; what is typed comes back through `onChange`. */
export function Editor({ value, language, label, readOnly = false, onChange, onRun }) {
  const host = useRef(null);
  const view = useRef(null);
  const compartment = useRef(null);
  const calls = useRef({});
  calls.current = { onChange, onRun };

  useLayoutEffect(() => {
    compartment.current = new Compartment();
    const extensions = readOnly ? readable(compartment.current, label) : writable(compartment.current, label, calls);
    view.current = new EditorView({ parent: host.current, state: EditorState.create({ doc: value, extensions }) });
    return () => view.current.destroy();
  }, []);

  useLayoutEffect(() => {
    const doc = view.current.state.doc;
    if (value === doc.toString()) return;
    view.current.dispatch({ changes: { from: 0, to: doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current.dispatch({ effects: compartment.current.reconfigure(syntaxOf(language)) });
  }, [language]);

  return html`<div class="editor ${readOnly ? "editor-read" : ""}" ref=${host}></div>`;
}
